using System.Collections.Concurrent;
using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;
using SmartSink.TrafficGen.Tests.Options;
using SmartSink.TrafficGen.Tests.Sending;

namespace SmartSink.TrafficGen.Tests.Behaving;

/// <summary>Whole runs that behave, by a clock that goes on as soon as somebody waits for it.</summary>
public sealed class BehaveTests
{
    private readonly LeapingClock _clock = new();
    private readonly ConcurrentQueue<(string Recipient, TimeSpan At)> _tries = new();
    private readonly ConcurrentBag<FakeSession> _sessions = [];

    [Fact]
    public async Task Well_a_message_refused_for_now_comes_again_after_minutes_and_is_accepted()
    {
        await using var server = Start((line, tries) => line.StartsWith("RCPT", StringComparison.Ordinal) && tries <= 2 ? "450 4.2.0 Later\r\n" : null);

        var (end, observer) = await (Well(server) with { MessageCount = 1, TimeScale = 10 }).MakeAsync(_clock);

        (end, observer.Accepted, observer.Retried, observer.Refused, observer.Left).ShouldBe((TrafficEnd.Complete, 1, 2, 0, 0));
        var times = _tries.Select(tried => tried.At * 10).ToList();
        (times[1] - times[0]).ShouldBeGreaterThan(TimeSpan.FromMinutes(3.9));
        (times[2] - times[1]).ShouldBeGreaterThan(TimeSpan.FromMinutes(7.9));
    }

    [Fact]
    public async Task Well_a_message_refused_for_good_never_comes_again()
    {
        await using var server = Start((line, _) => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 No\r\n" : null);

        var (_, observer) = await (Well(server) with { MessageCount = 30 }).MakeAsync(_clock);

        (observer.Refused, observer.Retried, _tries.Count).ShouldBe((30, 0, 30));
    }

    [Fact]
    public async Task Well_a_domain_that_says_421_is_left_alone_for_a_minute_and_the_others_get_their_mail()
    {
        await using var server = Start((line, tries) => line.Contains("@a.example", StringComparison.Ordinal) && line.StartsWith("RCPT", StringComparison.Ordinal) && _clock.Passed < TimeSpan.FromMinutes(3) ? "421 4.3.2 Later\r\n" : null);

        var (end, observer) = await (Well(server) with { MessageCount = 60, Domains = [new("a.example", 1), new("b.example", 1)], Concurrency = 2 }).MakeAsync(_clock);

        (end, observer.Accepted, observer.GivenUp).ShouldBe((TrafficEnd.Complete, 60, 0));
        var told = _tries.Where(tried => tried.Recipient.Contains("@a.example", StringComparison.Ordinal) && tried.At < TimeSpan.FromMinutes(3)).Select(tried => tried.At).Order().ToList();
        told.Zip(told.Skip(1), (one, next) => next - one).ShouldAllBe(gap => gap > TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Well_a_connection_carries_one_domain_and_many_messages_and_ends_with_QUIT()
    {
        await using var server = Start((_, _) => null);

        await (Well(server) with { MessageCount = 200, Domains = [new("a.example", 1), new("b.example", 1)], Concurrency = 4 }).MakeAsync(_clock);
        await server.DisposeAsync();

        // One that takes long to open may find that another has carried what it was opened for.
        _sessions.ShouldAllBe(session => session.Heard.Contains("QUIT") && session.Messages.Count <= 20);
        _sessions.ShouldAllBe(session => session.Messages.SelectMany(message => message.Recipients).Select(recipient => recipient.Split('@')[1]).Distinct().Count() <= 1);
        _sessions.Sum(session => session.Messages.Count).ShouldBe(200);
        _sessions.SelectMany(session => session.Messages).ShouldAllBe(message => message.Sender.StartsWith("noreply+run/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Well_a_server_that_refuses_in_its_greeting_is_asked_again_after_a_minute()
    {
        var greetings = new ConcurrentQueue<TimeSpan>();
        await using var server = FakeServer.Start((session, number) =>
        {
            greetings.Enqueue(_clock.Passed);
            return session.ServeAsync(line => line == "CONNECT" && number < 3 ? "421 4.3.2 Not now\r\n" : null);
        });

        var (_, observer) = await (Well(server) with { MessageCount = 1 }).MakeAsync(_clock);

        observer.Accepted.ShouldBe(1);
        var gaps = greetings.Zip(greetings.Skip(1), (one, next) => (next - one).TotalMinutes).ToList();
        (gaps[0], gaps[1], gaps[2]).ShouldSatisfyAllConditions(
            told => told.Item1.ShouldBeGreaterThan(1),
            told => told.Item2.ShouldBeGreaterThan(2),
            told => told.Item3.ShouldBeGreaterThan(4));
    }

    [Theory]
    [InlineData("220 Go on\r\n", true)]
    [InlineData("454 4.7.0 Not available\r\n", false)]
    public async Task Well_TLS_is_used_where_it_is_offered_and_works(string reply, bool secured)
    {
        await using var server = FakeServer.Start((session, _) =>
        {
            _sessions.Add(session);
            session.Extensions = ["STARTTLS", "SIZE"];
            return session.ServeAsync(line => line == "STARTTLS" ? reply : null);
        });

        var (_, observer) = await (Well(server) with { MessageCount = 1 }).MakeAsync(_clock);

        (observer.Accepted, _sessions.Single().Heard.Count(line => line.StartsWith("EHLO", StringComparison.Ordinal))).ShouldBe((1, secured ? 2 : 1));
    }

    [Fact]
    public async Task Well_TLS_that_breaks_again_and_again_gives_way_to_clear_text()
    {
        await using var server = FakeServer.Start((session, _) =>
        {
            _sessions.Add(session);
            session.Extensions = ["STARTTLS"];
            return session.ServeAsync(line => line == "STARTTLS" ? "220 2.0.0 Not really\r\nrubbish instead of a handshake" : null);
        });

        var (end, observer) = await (Well(server) with { MessageCount = 1 }).MakeAsync(_clock);

        (end, observer.Accepted, observer.Connections, observer.Reason).ShouldBe((TrafficEnd.Complete, 1, 4, null));
    }

    [Fact]
    public async Task Well_a_message_that_meets_a_connection_closed_before_it_goes_on_the_next_at_once()
    {
        await using var server = FakeServer.Start((session, _) =>
        {
            _sessions.Add(session);
            return session.ServeAsync(line => line.StartsWith("MAIL", StringComparison.Ordinal) && session.Messages.Count == 3 ? throw new IOException("Enough.") : null);
        });

        // By a clock that stands still: who waited would wait for ever.
        var (_, observer) = await (Well(server) with { MessageCount = 30, Concurrency = 1 }).MakeAsync(new ManualTimeProvider());

        (observer.Accepted, observer.Retried, _sessions.Count(session => session.Messages.Count == 3)).ShouldBe((30, 0, 10));
    }

    [Fact]
    public async Task Well_what_waits_at_the_end_is_told_and_fails_the_run()
    {
        var clock = new ManualTimeProvider();
        var running = new FlagRun { Clock = clock, Answer = line => line.StartsWith("RCPT", StringComparison.Ordinal) ? "450 4.2.0 Later\r\n" : null }
            .RunAsync("--message-count 3 --behave well --duration 1h --domain a.example");
        while (!running.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        var run = await running;
        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("accepted 0, refused 0, given up 0, retried ");
        run.Output.ShouldContain(", left in the queue 3");
    }

    [Theory]
    [InlineData(300, 1, 300)]
    [InlineData(300, 5, 60)]
    [InlineData(300, 60, 30)]
    [InlineData(10, 60, 10)]
    public void A_server_has_half_a_minute_for_its_reply_whatever_the_time_scale(int seconds, double scale, int scaled) =>
        ReplyTimes.Scaled(TimeSpan.FromSeconds(seconds), scale).ShouldBe(TimeSpan.FromSeconds(scaled));

    [Fact]
    public async Task Badly_refusals_are_deaf_and_mail_comes_again_at_once()
    {
        await using var server = Start((line, _) => line.StartsWith("RCPT", StringComparison.Ordinal) ? "550 5.1.1 No\r\n" : line == "DATA" ? "503 5.5.1 No\r\n" : null);

        var (_, observer) = await (Badly(server) with { MessageCount = 4 }).MakeAsync(_clock);
        await server.DisposeAsync();

        (observer.GivenUp, observer.Retried, _tries.Count).ShouldBe((4, 28, 32));
        _sessions.ShouldAllBe(session => !session.Heard.Contains("QUIT"));
    }

    [Fact]
    public async Task Badly_all_of_it()
    {
        await using var server = Start((line, _) => line.StartsWith("MAIL", StringComparison.Ordinal) && _sessions.Count == 2 ? "421 4.3.2 Later\r\n" : null);

        var (_, observer) = await (Badly(server) with { MessageCount = 20 }).MakeAsync(_clock);
        await server.DisposeAsync();

        (observer.Accepted, observer.GivenUp).ShouldBe((19, 1));
        var messages = _sessions.SelectMany(session => session.Messages).ToList();
        messages.Count.ShouldBe(21);
        messages.ShouldNotContain(message => message.Number == 19);
        messages.Select(message => message.Greeting).Distinct().Order().ShouldBe(["EHLO localhost", "HELO localhost"]);
        messages.ShouldAllBe(message => message.Bytes.StartsWith("X-Line-End: bare\nFrom: ", StringComparison.Ordinal));
        _sessions.ShouldAllBe(session => session.Messages.Count <= 1);
        _sessions.ShouldContain(session => session.Heard.TrueForAll(line => line == "(closed)"));
    }

    private FakeServer Start(Func<string, int, string?> answer) => FakeServer.Start((session, _) =>
    {
        _sessions.Add(session);
        return session.ServeAsync(line =>
        {
            if (line.StartsWith("RCPT", StringComparison.Ordinal))
            {
                _tries.Enqueue((line, _clock.Passed));
            }

            return answer(line, _tries.Count(tried => tried.Recipient == line));
        });
    });

    private static TrafficOptions Well(FakeServer server) => Runs.To(server, messages: 1) with { Behave = Manners.Well, Concurrency = 2 };

    private static TrafficOptions Badly(FakeServer server) => Runs.To(server, messages: 1) with { Behave = Manners.Badly };
}
