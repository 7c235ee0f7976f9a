using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Behaviour;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.Rules;
using SmartSink.Observers;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Telemetry;

/// <summary>What providers do to senders, as the page and the log show it.</summary>
public sealed class BehaviourMetricsTests : IDisposable
{
    private static readonly FixedReply Taken = new(250, new(2, 0, 0), "Ok"u8);

    private readonly MetricsFixture _metrics = new();
    private readonly AcceptAll _filter = new("other", "gmail.com");

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task What_providers_do_is_counted()
    {
        var reporter = new BehaviourReporter(new BehaviourMetrics(_metrics.Metrics), NullLogger<BehaviourReporter>.Instance);
        reporter.LimitHit(_filter, 1, ProviderLimit.Rate);
        reporter.LimitHit(_filter, 1, ProviderLimit.Rate);
        reporter.LimitHit(_filter, 0, ProviderLimit.MessagesPerConnection);
        reporter.Greylisted(_filter, 1, GreylistResult.TooEarly);
        reporter.FaultDrawn(AnswerFault.SlowReply);
        reporter.FaultDrawn(AnswerFault.DropBeforeReply);
        reporter.Delayed(30);
        reporter.Delayed(70);
        reporter.DuplicateAccepted(_filter, new DeliveryFacts { Entry = 1, MessageId = "<1@x>"u8 });

        var scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_limits_hit_total", ("domain", "gmail.com"), ("limit", "rate")).ShouldBe(2);
        scrape.Sum("smartsink_limits_hit_total", ("domain", "other"), ("limit", "messages_per_connection")).ShouldBe(1);
        scrape.Sum("smartsink_greylist_total", ("domain", "gmail.com"), ("result", "too_early")).ShouldBe(1);
        scrape.Sum("smartsink_answer_faults_total", ("fault", "slow-reply")).ShouldBe(1);
        scrape.Sum("smartsink_answer_faults_total", ("fault", "drop-before-reply")).ShouldBe(1);
        scrape.Sum("smartsink_answer_faults_total").ShouldBe(2);
        scrape.Sum("smartsink_delay_seconds_count").ShouldBe(2);
        scrape.Sum("smartsink_delay_seconds_sum").ShouldBe(0.1, 1e-9);
        scrape.Sum("smartsink_duplicates_total", ("domain", "gmail.com")).ShouldBe(1);
    }

    [Fact]
    public void What_a_person_would_look_for_is_in_the_log()
    {
        var log = new CollectingLogger<BehaviourReporter>();
        var reporter = new BehaviourReporter(new BehaviourMetrics(_metrics.Metrics), log);
        reporter.ScheduleBegan("yahoo is down", new DateTimeOffset(2026, 3, 7, 12, 15, 0, TimeSpan.FromHours(2)));
        reporter.ScheduleEnded("yahoo is down");
        reporter.ScheduleBegan("new rates", null);
        reporter.DuplicateAccepted(_filter, new DeliveryFacts { MessageId = "<1@x>"u8, Recipient = "a@b.example"u8, ClientAddress = System.Net.IPAddress.Loopback, TransactionId = "Q7"u8 });

        log.Lines.ShouldBe(
        [
            "Information Schedule \"yahoo is down\" has begun; it ends at 2026-03-07T10:15:00Z",
            "Information Schedule \"yahoo is down\" has ended",
            "Information Schedule \"new rates\" has begun; it has no end",
            "Information Message <1@x> for <a@b.example> was accepted again, from 127.0.0.1 as Q7: either a fault deliberately lost the previous reply, or the sender sends its mail twice",
        ]);
    }

    [Fact]
    public async Task The_rates_of_entries_with_recipients_are_shown_until_the_policy_has_no_such_entry()
    {
        var policy = Read("[domain.\"gmail.com\"]\nbounce = 10\ndefer = 20\n[[defer.\"gmail.com\"]]\ncode = 550\nmsg = \"5.0.0 Not a deferral\"\n[domain.\"quiet.example\"]\nbounce = 1\n");
        var sessions = new SessionMetrics(_metrics.Metrics);
        var behaviour = new BehaviourFilters(() => policy, default);
        BehaviourMetrics.Show(_metrics.Metrics, sessions, behaviour, () => default);
        sessions.CountRecipient(behaviour.Current, policy.EntryOf("gmail.com"u8), Taken, Stage.Data);

        var scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_policy_rate", ("domain", "gmail.com"), ("outcome", "accepted")).ShouldBe(0.7, 1e-9);
        scrape.Sum("smartsink_policy_rate", ("domain", "gmail.com"), ("outcome", "tempfail")).ShouldBe(0, 1e-9);
        scrape.Sum("smartsink_policy_rate", ("domain", "gmail.com"), ("outcome", "permfail")).ShouldBe(0.3, 1e-9);
        scrape.Sum("smartsink_policy_rate").ShouldBe(1, 1e-9);
        scrape.Sum("smartsink_state_entries").ShouldBe(0);
        scrape.Sum("smartsink_senders_blocked").ShouldBe(0);

        policy = Read("[default]\nbounce = 5\n");
        sessions.CountRecipient(behaviour.Current, 0, Taken, Stage.Data);
        scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_policy_rate", ("domain", "other"), ("outcome", "permfail")).ShouldBe(0.05, 1e-9);
        scrape.Sum("smartsink_policy_rate", ("domain", "gmail.com")).ShouldBe(0);
    }

    [Fact]
    public async Task Overrides_are_shown_with_the_age_of_the_oldest_and_told_in_the_log()
    {
        var policy = Read("[default]\nbounce = 5\n");
        var log = new CollectingLogger<BehaviourReporter>();
        var now = new Moment(1_000, new DateTimeOffset(2026, 3, 7, 10, 0, 0, TimeSpan.Zero));
        var behaviour = new BehaviourFilters(() => policy, now, observer: new BehaviourReporter(new BehaviourMetrics(_metrics.Metrics), log));
        BehaviourMetrics.Show(_metrics.Metrics, new SessionMetrics(_metrics.Metrics), behaviour, () => now);
        var scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_overrides").ShouldBe(0);
        scrape.Has("smartsink_override_oldest_timestamp_seconds").ShouldBeFalse();

        Add("a", "30s");
        Pass(10);
        Add("b", "5m");
        Ask();
        scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_overrides").ShouldBe(2);
        scrape.Sum("smartsink_override_oldest_timestamp_seconds").ShouldBe(now.Utc.ToUnixTimeSeconds() - 10);
        scrape.Sum("smartsink_overrides_acted_total").ShouldBe(1);

        Pass(20);
        scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_overrides").ShouldBe(1);
        scrape.Sum("smartsink_override_oldest_timestamp_seconds").ShouldBe(now.Utc.ToUnixTimeSeconds() - 20);
        behaviour.Overrides.Clear(now).ShouldBe(1);
        scrape = await _metrics.ScrapeAsync();
        scrape.Sum("smartsink_overrides").ShouldBe(0);
        scrape.Has("smartsink_override_oldest_timestamp_seconds").ShouldBeFalse();
        scrape.Sum("smartsink_overrides_acted_total").ShouldBe(1);
        log.Lines.ShouldBe(
        [
            "Information Override 1 \"a\" was added; it ends at 2026-03-07T10:00:30Z",
            "Information Override 2 \"b\" was added; it ends at 2026-03-07T10:05:10Z",
            "Information Override 1 \"a\" has ended; times acted: 0",
            "Information Override 2 \"b\" was removed; times acted: 1",
        ]);

        void Add(string name, string lasts) =>
            behaviour.AddOverride(new OverrideText { Do = new OverrideAction { Accept = true }, Name = name, For = lasts }, [], now).Added.ShouldNotBeNull();

        void Pass(int seconds) => now = new Moment(now.Milliseconds + (seconds * 1_000), now.Utc.AddSeconds(seconds));

        void Ask() => behaviour.Current.Answer(new SessionFacts { Stage = Stage.Rcpt, Domain = "b.example"u8, Now = now });
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var reporter = new BehaviourReporter(new BehaviourMetrics(_metrics.Metrics), NullLogger<BehaviourReporter>.Instance);
        CountOne();
        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                CountOne();
            }
        }).ShouldBe(0);

        void CountOne()
        {
            reporter.LimitHit(_filter, 1, ProviderLimit.Block);
            reporter.Greylisted(_filter, 1, GreylistResult.Passed);
            reporter.FaultDrawn(AnswerFault.Drop);
            reporter.Delayed(20);
            reporter.DuplicateAccepted(_filter, default);
        }
    }

    private static PolicySnapshot Read(string policy)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "responses.toml");
        File.WriteAllText(path, policy);
        return PolicyLoader.Load(path).Snapshot!;
    }
}
