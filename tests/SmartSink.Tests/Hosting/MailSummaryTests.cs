using SmartSink.Hosting;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Testing.Dialogs;
using SmartSink.Testing.Time;
using SmartSink.Tests.Telemetry;

namespace SmartSink.Tests.Hosting;

/// <summary>The line that says what becomes of mail.</summary>
public sealed class MailSummaryTests : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private readonly MetricsFixture _fixture = new();
    private readonly CollectingLogger<MailSummary> _log = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly AcceptAll _filter = new();
    private readonly SessionMetrics _metrics;

    public MailSummaryTests() => _metrics = new SessionMetrics(_fixture.Metrics);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void It_tells_of_the_time_since_the_line_before()
    {
        Start(Period);
        Count(messages: 12_040, accepted: 8_150, tempFail: 1_000, permFail: 850);
        _clock.Advance(Period);
        Count(messages: 5, accepted: 5, tempFail: 0, permFail: 0);
        _clock.Advance(Period);

        _log.Lines.ShouldBe(
        [
            "Information 1,204 messages/s; recipients: 81.5 % accepted, 10.0 % tempfail, 8.5 % permfail; 50 connections",
            "Information 0.5 messages/s; recipients: 100.0 % accepted, 0.0 % tempfail, 0.0 % permfail; 50 connections",
        ]);
    }

    [Fact]
    public void It_is_silent_while_no_mail_comes()
    {
        Start(Period);
        _clock.Advance(Period * 3);
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void It_can_be_switched_off()
    {
        Start(TimeSpan.Zero);
        Count(messages: 1, accepted: 1, tempFail: 0, permFail: 0);
        _clock.Advance(Period * 3);
        _log.Lines.ShouldBeEmpty();
    }

    /// <summary>Once, its timer went on, and ended the process for want of a server to ask.</summary>
    [Fact]
    public async Task It_ends_with_a_sink_that_is_given_up_without_a_stop()
    {
        await using (var sink = await RunningSink.StartAsync(clock: _clock))
        {
            using var client = await sink.ConnectAsync();
            (await client.SayAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("250 ");
            (await client.SayAsync("RCPT TO:<permfail@example.com>")).ShouldStartWith("550 ");
        }

        Should.NotThrow(() => _clock.Advance(Period * 2));
    }

    private void Start(TimeSpan period)
    {
        var summary = new MailSummary(period, _metrics, () => 50, _clock, _log);
        _clock.CreateTimer(_ => summary.Look(), null, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private void Count(int messages, int accepted, int tempFail, int permFail)
    {
        for (var i = 0; i < messages; i++)
        {
            _metrics.CountMessage(new MessageFacts { Outcome = Outcome.Accepted });
        }

        CountRecipients(accepted, new FixedReply(250, new(2, 0, 0), "OK"u8));
        CountRecipients(tempFail, new FixedReply(451, new(4, 3, 0), "Later"u8));
        CountRecipients(permFail, new FixedReply(550, new(5, 1, 1), "Nobody"u8));
    }

    private void CountRecipients(int count, Reply reply)
    {
        for (var i = 0; i < count; i++)
        {
            _metrics.CountRecipient(_filter, 0, reply, Stage.Rcpt);
        }
    }
}
