using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>Servers that fall silent, by a clock that the test moves.</summary>
public sealed class DeadlineTests
{
    private readonly ManualTimeProvider _clock = new();

    [Theory]
    [InlineData("CONNECT", nameof(TrafficStage.Connect), 5)]
    [InlineData("EHLO", nameof(TrafficStage.Ehlo), 5)]
    [InlineData("MAIL", nameof(TrafficStage.Mail), 5)]
    [InlineData("RCPT", nameof(TrafficStage.Rcpt), 5)]
    [InlineData("DATA", nameof(TrafficStage.Data), 2)]
    [InlineData(".", nameof(TrafficStage.EndOfData), 10)]
    public async Task A_server_that_never_answers_is_left_when_its_time_is_over(string command, string stage, int minutes)
    {
        await using var server = FakeServer.Start((session, _) => session.ServeSlowlyAsync(async line =>
        {
            if (line.StartsWith(command, StringComparison.Ordinal))
            {
                await session.FallSilentAsync();
            }

            return null;
        }));
        var run = (Runs.To(server, messages: 1) with { KeepGoing = false }).MakeAsync(_clock);
        await server.Silent;

        _clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        run.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(2));
        var (end, observer) = await run;

        (end, observer.Open, observer.Accepted).ShouldBe((TrafficEnd.Failed, 0, 0));
        observer.Faults.ToDictionary().ShouldBe(
            new Dictionary<(TrafficFault, TrafficStage), int> { [(TrafficFault.TimedOut, Enum.Parse<TrafficStage>(stage))] = 1 });
    }

    [Theory]
    [InlineData(TlsMode.Implicit)]
    [InlineData(TlsMode.StartTls)]
    internal async Task A_server_that_never_finishes_the_handshake_is_left_too(TlsMode tls)
    {
        await using var server = FakeServer.Start(async (session, _) =>
        {
            if (tls == TlsMode.StartTls)
            {
                await session.SayAsync("220 fake.example\r\n");
                await session.HearAsync();
                await session.SayAsync("250-fake.example\r\n250 STARTTLS\r\n");
                await session.HearAsync();
                await session.SayAsync("220 Go on\r\n");
            }

            // The first octets of the handshake.
            await session.HearBytesAsync(3);
            await session.FallSilentAsync();
        });
        var run = (Runs.To(server, messages: 1) with { KeepGoing = false, Tls = tls }).MakeAsync(_clock);
        await server.Silent;

        _clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        var (end, observer) = await run;

        (end, observer.Open, observer.Reason).ShouldBe((TrafficEnd.Failed, 0, null));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((TrafficFault.TimedOut, TrafficStage.Tls));
    }

    [Fact]
    public async Task A_server_that_never_answers_QUIT_holds_nobody_up_for_long()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeSlowlyAsync(async line =>
        {
            if (line == "QUIT")
            {
                await session.FallSilentAsync();
            }

            return null;
        }));
        var run = Runs.To(server, messages: 1).MakeAsync(_clock);
        await server.Silent;

        _clock.Advance(TimeSpan.FromSeconds(11));
        var (end, observer) = await run;

        (end, observer.Open, observer.Accepted, observer.Faults.Count).ShouldBe((TrafficEnd.Complete, 0, 1, 0));
    }

    [Fact]
    public async Task After_a_silent_server_the_message_is_tried_again_on_another_connection()
    {
        var again = new TaskCompletionSource();
        await using var server = FakeServer.Start((session, number) => session.ServeSlowlyAsync(async line =>
        {
            if (number > 0)
            {
                again.TrySetResult();
            }
            else if (line.StartsWith("MAIL", StringComparison.Ordinal))
            {
                await session.FallSilentAsync();
            }

            return null;
        }));
        var run = Runs.To(server, messages: 1).MakeAsync(_clock);
        await server.Silent;

        _clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        while (!again.Task.IsCompleted)
        {
            // The wait before the next try is on this clock, too; it begins when the worker has seen its connection close.
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        var (end, observer) = await run;

        (end, observer.Accepted, observer.Retried, observer.Connections).ShouldBe((TrafficEnd.Complete, 1, 1, 2));
        observer.Faults.ShouldHaveSingleItem().Key.ShouldBe((TrafficFault.TimedOut, TrafficStage.Mail));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_is_stopped_waits_ten_seconds_for_a_silent_server(bool keepGoing)
    {
        await using var server = FakeServer.Start((session, _) => session.ServeSlowlyAsync(async line =>
        {
            if (line == ".")
            {
                await session.FallSilentAsync();
            }

            return null;
        }));
        var (end, observer) = await (Runs.To(server, messages: 5) with { KeepGoing = keepGoing }).StopInSilenceAsync(server, _clock);

        (end, observer.Open, observer.GivenUp, observer.Retried).ShouldBe((TrafficEnd.Cancelled, 0, 1, 0));
    }

    [Fact]
    public async Task A_wait_that_was_overdue_says_nothing_of_the_connection_after_it()
    {
        await using var server = FakeServer.Start((session, _) => session.ServeAsync());
        var observer = new CountingObserver();
        var (sender, draft) = await SenderAsync(server, observer);
        (await sender.OpenAsync()).ShouldBeTrue();

        // The heartbeat looks; before it acts, the worker is on another connection.
        var overdue = sender.FindOverdue(long.MaxValue);
        await sender.CloseAsync();
        (await sender.OpenAsync()).ShouldBeTrue();
        overdue.ShouldNotBeNull().GiveUp();

        (await sender.TrySendAsync(draft, due: 0)).ShouldBeTrue();
        await sender.CloseAsync();
        (observer.Faults.Count, observer.Connections, observer.Open).ShouldBe((0, 2, 0));
    }

    [Fact]
    public async Task A_reply_that_comes_while_its_wait_is_found_overdue_counts()
    {
        var goOn = new TaskCompletionSource();
        var silent = new TaskCompletionSource[] { new(), new() };
        await using var server = FakeServer.Start((session, _) => session.ServeSlowlyAsync(async line =>
        {
            if (line.StartsWith("MAIL", StringComparison.Ordinal))
            {
                silent[0].SetResult();
                await goOn.Task;
            }
            else if (line.StartsWith("RCPT", StringComparison.Ordinal))
            {
                silent[1].SetResult();
            }

            return null;
        }));
        var observer = new CountingObserver();
        var (sender, draft) = await SenderAsync(server, observer);
        (await sender.OpenAsync()).ShouldBeTrue();
        var sending = sender.TrySendAsync(draft, due: 0).AsTask();
        await silent[0].Task;

        _clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        var overdue = sender.FindOverdue(_clock.GetTimestamp());
        goOn.SetResult();
        await silent[1].Task;
        overdue.ShouldNotBeNull().GiveUp();

        (await sending).ShouldBeTrue();
        await sender.CloseAsync();
        (observer.Faults.Count, observer.Connections, observer.Open).ShouldBe((0, 1, 0));
    }

    private async Task<(SmtpSender Sender, Draft Draft)> SenderAsync(FakeServer server, ITrafficObserver observer)
    {
        var options = Runs.To(server, messages: 1);
        var schedule = new Schedule(options, _clock);
        var run = new TrafficContext(options, new MessageGenerator(options, _clock), schedule, observer, new RunControl(schedule, _clock), _clock);
        var draft = new Draft();
        run.Messages.Make(0, draft);
        return (new SmtpSender(run, new SmtpTransport(await ConnectionPlan.MakeAsync(options, TestContext.Current.CancellationToken)), worker: 0), draft);
    }
}
