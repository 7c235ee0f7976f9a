using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Replies that break off, come in pieces or come unasked.</summary>
public sealed class BrokenReplyTests
{
    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    [InlineData(".")]
    public async Task A_connection_closed_in_the_middle_of_any_reply_is_made_anew(string command)
    {
        await using var server = FakeServer.Start((session, number) =>
            session.ServeAsync(line => number == 0 && line.StartsWith(command, StringComparison.Ordinal) ? "250-2" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Connections, observer.Open).ShouldBe((TrafficEnd.Complete, 2, 0, 2, 0));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.Closed);
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("EHLO")]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData(".")]
    public async Task A_354_where_none_is_due_is_a_fault_of_the_server_and_no_answer_to_a_recipient(string command)
    {
        await using var server = FakeServer.Start((session, number) =>
            session.ServeAsync(line => number == 0 && line.StartsWith(command, StringComparison.Ordinal) ? "354 Go on\r\n" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Connections).ShouldBe((TrafficEnd.Complete, 2, 0, 2));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.Malformed);
        observer.Answers.ToDictionary().ShouldBe(new Dictionary<(int, TrafficStage, int), int> { [(250, TrafficStage.EndOfData, 0)] = 2 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_250_where_354_is_due_is_a_fault_of_the_server_and_the_message_is_sent_anew(bool pipelining)
    {
        await using var server = FakeServer.Start((session, number) =>
            session.ServeAsync(line => number == 0 && line == "DATA" ? "250 2.0.0 Ok\r\n" : null));

        var (end, observer) = await (Runs.To(server, messages: 2) with { Pipelining = pipelining }).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Connections).ShouldBe((TrafficEnd.Complete, 2, 0, 2));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((TrafficFault.Malformed, TrafficStage.Data));
        observer.Answers.ToDictionary().ShouldBe(new Dictionary<(int, TrafficStage, int), int> { [(250, TrafficStage.EndOfData, 0)] = 2 });
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(299, true)]
    [InlineData(301, false)]
    public async Task Lines_that_come_late_are_waited_for_as_long_as_a_reply(int seconds, bool isInTime)
    {
        var clock = new ManualTimeProvider();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = FakeServer.Start((session, _) => session.ServeSlowlyAsync(async line =>
        {
            if (!line.StartsWith("EHLO", StringComparison.Ordinal))
            {
                return null;
            }

            await session.SayAsync("250-fake.example\r\n");
            begun.SetResult();
            await goOn.Task;
            return "250-CHUNKING\r\n250 SIZE 1000000\r\n";
        }));
        var run = (Runs.To(server, messages: 1) with { KeepGoing = false, Chunking = true }).MakeAsync(clock);
        await begun.Task;

        clock.Advance(TimeSpan.FromSeconds(seconds));
        if (isInTime)
        {
            goOn.SetResult();
        }

        var (end, observer) = await run;
        goOn.TrySetResult();

        (end, observer.Accepted).ShouldBe(isInTime ? (TrafficEnd.Complete, 1) : (TrafficEnd.Failed, 0));
        observer.Faults.Keys.ShouldBe(isInTime ? [] : [(TrafficFault.TimedOut, TrafficStage.Ehlo)]);
    }

    [Fact]
    public async Task Of_60_keywords_the_last_counts()
    {
        await using var server = FakeServer.Start((session, _) =>
        {
            session.Extensions = [.. Enumerable.Range(1, 58).Select(number => $"X-KEYWORD-{number}"), "CHUNKING"];
            return session.ServeAsync();
        });

        var (end, observer) = await (Runs.To(server, messages: 2) with { Chunking = true }).MakeAsync();

        (end, observer.Accepted, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 2, 0));
    }

    [Theory]
    [InlineData("CONNECT", "220 fake.example ")]
    [InlineData("EHLO", "250 fake.example ")]
    [InlineData("MAIL", "250 2.1.0 ")]
    [InlineData("RCPT", "250 2.1.5 ")]
    [InlineData("DATA", "354 ")]
    [InlineData(".", "250 2.0.0 ")]
    public async Task A_line_of_512_octets_is_taken(string command, string start)
    {
        await using var server = FakeServer.Start((session, _) =>
            session.ServeAsync(line => line.StartsWith(command, StringComparison.Ordinal) ? start.PadRight(510, 'x') + "\r\n" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 2, 0));
    }

    [Theory]
    [InlineData("CONNECT", "220-one\r\n220-\r\n220 three\r\n")]
    [InlineData("EHLO", "502 5.5.1 Only HELO\r\n")]
    [InlineData("MAIL", "250\r\n")]
    [InlineData("RCPT", "250\r\n")]
    [InlineData("DATA", "354\r\n")]
    [InlineData("RCPT", "250 Empf\u00e4nger \u00ff\u00fe gut\r\n")]
    [InlineData(".", "250-Stra\u00dfe\r\n250 \u0080\u00b0\r\n")]
    public async Task Odd_replies_that_say_yes_are_taken(string command, string reply)
    {
        await using var server = FakeServer.Start((session, _) => session.ServeAsync(line => line.StartsWith(command, StringComparison.Ordinal) ? reply : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 2, 0, 0));
    }

    [Theory]
    [InlineData("--pipelining")]
    [InlineData("--chunking")]
    [InlineData("--auth")]
    public async Task Replies_in_single_octets_are_read_in_every_kind_of_dialog(string flag)
    {
        await using var server = FakeServer.Start((session, _) =>
        {
            session.ByteByByte = true;
            session.Extensions = ["PIPELINING", "CHUNKING", "AUTH LOGIN"];
            return session.ServeAsync();
        });

        var (end, observer) = await (Runs.To(server, messages: 3) with
        {
            RecipientsPerMessage = 3,
            Pipelining = flag == "--pipelining",
            Chunking = flag == "--chunking",
            Credential = flag == "--auth" ? new("me", "secret") : null,
        }).MakeAsync();

        (end, observer.Accepted, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 3, 0));
        observer.Answers[(250, TrafficStage.EndOfData, 0)].ShouldBe(9);
    }

    [Fact]
    public async Task A_421_between_two_messages_costs_neither_of_them()
    {
        await using var server = FakeServer.Start((session, number) =>
            session.ServeAsync(line => number == 0 && line == "." ? "250 OK\r\n421 4.3.2 Going down\r\n" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Accepted, observer.GivenUp, observer.Connections).ShouldBe((TrafficEnd.Complete, 2, 0, 2));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.ServiceClosing);
        observer.Answers.ToDictionary().ShouldBe(new Dictionary<(int, TrafficStage, int), int> { [(250, TrafficStage.EndOfData, 0)] = 2 });
    }

    [Fact]
    public async Task A_421_to_RSET_leaves_the_refused_message_refused()
    {
        await using var server = FakeServer.Start((session, number) => session.ServeAsync(line =>
            number > 0 ? null
            : line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 No\r\n"
            : line == "RSET" ? "421 4.3.2 Later\r\n" : null));

        var (end, observer) = await Runs.To(server, messages: 2).MakeAsync();

        (end, observer.Refused, observer.Accepted, observer.Retried).ShouldBe((TrafficEnd.Complete, 1, 1, 0));
        observer.Faults.ShouldHaveSingleItem().Key.Fault.ShouldBe(TrafficFault.ServiceClosing);
    }
}
