using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>A message that is tried again goes to nobody twice.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(false, "", 2, 0)]
    [InlineData(true, "", 2, 0)]
    [InlineData(false, "421 4.3.2 Later\r\n", 2, 1)]
    [InlineData(true, "421 4.3.2 Later\r\n", 2, 1)]
    public async Task Recipients_with_a_final_answer_are_not_sent_to_again(bool pipelining, string third, int accepted, int told421)
    {
        var envelopes = new List<string>[2];
        await using var server = FakeServer.Start((session, number) => session.ServeFirstAsync(number > 0 ? null : ["550 5.1.1 No\r\n", "250 OK\r\n", third], envelopes, number));

        var (end, observer) = await (Runs.To(server, messages: 1) with { RecipientsPerMessage = 3, Pipelining = pipelining }).MakeAsync();
        await server.DisposeAsync();

        (end, observer.Accepted, observer.Retried, observer.GivenUp).ShouldBe((TrafficEnd.Complete, 1, 1, 0));
        envelopes[1].ShouldBe(envelopes[0][1..]);
        observer.Answers.GetValueOrDefault((550, TrafficStage.Rcpt, 0)).ShouldBe(1);
        observer.Answers.GetValueOrDefault((250, TrafficStage.EndOfData, 0)).ShouldBe(accepted);
        observer.Answers.GetValueOrDefault((421, TrafficStage.Rcpt, 0)).ShouldBe(told421);
        observer.Answers.Values.Sum().ShouldBe(3 + told421);
    }

    [Fact]
    public async Task A_recipient_refused_for_now_has_its_answer()
    {
        var envelopes = new List<string>[2];
        await using var server = FakeServer.Start((session, number) => session.ServeFirstAsync(number > 0 ? null : ["452 4.2.2 Full\r\n", ""], envelopes, number));

        var (_, observer) = await (Runs.To(server, messages: 1) with { RecipientsPerMessage = 2 }).MakeAsync();
        await server.DisposeAsync();

        (observer.Accepted, observer.Retried).ShouldBe((1, 1));
        envelopes[1].ShouldBe(envelopes[0][1..]);
        observer.Answers.ToDictionary().ShouldBe(
            new Dictionary<(int, TrafficStage, int), int> { [(452, TrafficStage.Rcpt, 0)] = 1, [(250, TrafficStage.EndOfData, 0)] = 1 },
            ignoreOrder: true);
    }

    [Fact]
    public async Task A_wait_beyond_the_runs_end_gives_up_one_message_and_not_one_after_the_other()
    {
        var clock = new ManualTimeProvider();
        await using var server = FakeServer.Start((session, _) => session.ServeAsync(_ => "421 4.3.2 Later\r\n"));
        // Shorter than any wait.
        var run = (Runs.To(server, messages: 1000) with { Duration = TimeSpan.FromMilliseconds(20) }).MakeAsync(clock);

        // The run's heartbeat, and the worker's wait.
        SpinWait.SpinUntil(() => clock.TimerCount == 2, TimeSpan.FromMinutes(2)).ShouldBeTrue();
        clock.Advance(TimeSpan.FromSeconds(1));
        var (end, observer) = await run;

        (end, observer.GivenUp, observer.Retried).ShouldBe((TrafficEnd.Complete, 1, 0));
    }

    [Fact]
    public async Task The_text_of_a_message_stays_when_recipients_have_gone()
    {
        var texts = new List<string>[2];
        await using var server = FakeServer.Start(async (session, number) =>
        {
            var refused = number > 0;
            await session.ServeAsync(line =>
            {
                if (line.StartsWith("RCPT", StringComparison.Ordinal) && !refused)
                {
                    refused = true;
                    return "550 5.1.1 No\r\n";
                }

                return line == "." && number == 0 ? "421 4.3.2 Later\r\n" : null;
            });
            texts[number] = [.. session.Heard.SkipWhile(line => line != "DATA").TakeWhile(line => line != ".")];
        });

        var (_, observer) = await (Runs.To(server, messages: 1) with { RecipientsPerMessage = 2 }).MakeAsync();
        await server.DisposeAsync();

        (observer.Accepted, observer.Retried).ShouldBe((1, 1));
        texts[1].Where(line => !line.StartsWith("Date: ", StringComparison.Ordinal)).ShouldBe(texts[0].Where(line => !line.StartsWith("Date: ", StringComparison.Ordinal)));
        texts[1].Count(line => line.Contains("<user-", StringComparison.Ordinal)).ShouldBe(2);
    }
}
