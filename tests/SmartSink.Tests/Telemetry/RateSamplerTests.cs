using FsCheck;
using FsCheck.Fluent;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;
using SmartSink.Testing.Time;
using Outcome = SmartSink.Smtp.Outcome;

namespace SmartSink.Tests.Telemetry;

/// <summary>How fast mail comes, by a clock that the test moves.</summary>
public sealed class RateSamplerTests : IDisposable
{
    private static readonly FixedReply Accepted = new(250, new(2, 0, 0), "Ok"u8);
    private static readonly FixedReply TempFail = new(451, new(4, 3, 0), "Later"u8);
    private static readonly FixedReply PermFail = new(550, new(5, 1, 1), "Nobody"u8);

    private readonly MetricsFixture _fixture = new();
    private readonly SteppedClock _clock = new();
    private readonly SessionMetrics _metrics;
    private readonly RateSampler _sampler;
    private IMailboxFilter _filter = new AcceptAll("other", "gmail.com", "yahoo.com");
    private int _connections;

    public RateSamplerTests()
    {
        _metrics = new SessionMetrics(_fixture.Metrics);
        _sampler = Sampler();
    }

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Rates_are_those_of_the_last_second_of_ten_and_of_sixty()
    {
        _sampler.Sample();
        for (var second = 1; second <= 70; second++)
        {
            Count(1, Accepted, second);
            Count(1, TempFail, 2);
            Count(2, PermFail, 1);
            Messages(3);
            Tick();
        }

        var rates = _sampler.Read(10);
        rates.Accepted.ShouldBe(new RateWindows(70, 65.5, 40.5));
        rates.TempFail.ShouldBe(new RateWindows(2, 2, 2));
        rates.PermFail.ShouldBe(new RateWindows(1, 1, 1));
        rates.Messages.ShouldBe(new RateWindows(3, 3, 3));
        rates.LeftOut.ShouldBe(0);
        rates.Domains.Select(domain => domain.Name).ShouldBe(["gmail.com", "yahoo.com"]);
        rates.Domains[0].PerSecond.ShouldBe(new RateWindows(72, 67.5, 42.5));
        rates.Domains[0].Totals.ShouldBe(new MailTotals(0, 70 * 71 / 2, 140, 0));
        rates.Domains[0].LastMinute.ShouldBe(new MailTotals(0, 60 * 81 / 2, 120, 0));
        _sampler.Read(1).LeftOut.ShouldBe(1);
    }

    [Fact]
    public void Rates_are_over_the_time_that_has_passed()
    {
        _sampler.Read(10).Messages.ShouldBe(default);
        _sampler.Sample();
        _sampler.Read(10).Messages.ShouldBe(default);
        Count(1, Accepted, 10);
        Tick(4); // late
        _sampler.Read(10).Accepted.ShouldBe(new RateWindows(2.5, 2.5, 2.5));
        Count(1, Accepted, 3);
        Tick(0.5); // early
        _sampler.Read(10).Accepted.ShouldBe(new RateWindows(6, Math.Round(13 / 4.5, 3), Math.Round(13 / 4.5, 3)));
        for (var second = 0; second < 100; second++)
        {
            Tick();
        }

        _sampler.Read(10).Accepted.ShouldBe(default);
        _sampler.Read(10).Domains.ShouldHaveSingleItem().LastMinute.Recipients.ShouldBe(0);
    }

    [Fact]
    public void Rates_go_on_over_a_reload_and_a_clock_that_is_set()
    {
        _sampler.Sample();
        for (var second = 0; second < 5; second++)
        {
            Count(1, Accepted, 4);
            Tick();
        }

        _filter = new AcceptAll("other", "new.example", "gmail.com");
        _clock.Step -= TimeSpan.FromHours(3);
        for (var second = 0; second < 5; second++)
        {
            Count(2, Accepted, 4);
            Tick();
        }

        _sampler.Read(10).Accepted.ShouldBe(new RateWindows(4, 4, 4));
        var domain = _sampler.Read(10).Domains.ShouldHaveSingleItem();
        (domain.Name, domain.PerSecond).ShouldBe(("gmail.com", new RateWindows(4, 4, 4)));
        _sampler.ReadHistory(600).Until.ShouldBe(_clock.GetUtcNow());
        _sampler.ReadHistory(600).Came.ShouldAllBe(came => came.Accepted == 4);
    }

    [Fact]
    public void History_tells_what_came_in_each_second()
    {
        _sampler.ReadHistory(600).Came.ShouldBeEmpty();
        _sampler.Sample();
        _sampler.ReadHistory(600).Came.ShouldBeEmpty();
        for (var second = 1; second <= 700; second++)
        {
            Count(1, Accepted, second % 7);
            Messages(second % 5);
            _connections = second;
            Tick();
        }

        var history = _sampler.ReadHistory(600);
        history.Came.Select(came => came.Accepted).ShouldBe(Enumerable.Range(101, 600).Select(second => (long)(second % 7)));
        history.Came.Select(came => came.Messages).ShouldBe(Enumerable.Range(101, 600).Select(second => (long)(second % 5)));
        history.Connections.ShouldBe(Enumerable.Range(101, 600));
        history.Until.ShouldBe(_clock.GetUtcNow());
        _sampler.ReadHistory(3).Connections.ShouldBe([698, 699, 700]);
    }

    [Fact]
    public void Seconds_without_a_look_share_what_came_in_them()
    {
        _sampler.Sample();
        Count(1, Accepted, 40);
        Tick(4);
        Count(1, TempFail, 1);
        Tick();
        var history = _sampler.ReadHistory(600);
        history.Came.Select(came => came.Accepted).ShouldBe([10, 10, 10, 10, 0]);
        history.Came.Select(came => came.TempFail).ShouldBe([0, 0, 0, 0, 1]);
    }

    [Fact]
    public void Whenever_it_looks_no_message_is_lost_or_told_twice() =>
        Prop.ForAll(Gen.Choose(50, 3_000).Zip(Gen.Choose(0, 50)).ListOf().ToArbitrary(), steps =>
        {
            using var fixture = new MetricsFixture();
            var metrics = new SessionMetrics(fixture.Metrics);
            var sampler = new RateSampler(metrics, () => 0, _clock);
            sampler.Sample();
            var counted = 0L;
            foreach (var (pause, messages) in steps)
            {
                counted += messages;
                for (var message = 0; message < messages; message++)
                {
                    metrics.CountMessage(new MessageFacts { Outcome = Outcome.Accepted });
                }

                _clock.Advance(TimeSpan.FromMilliseconds(pause));
                sampler.Sample();
            }

            var history = sampler.ReadHistory(RateSampler.HistorySeconds);
            history.Came.Length.ShouldBe((int)Math.Round(steps.Sum(step => step.Item1) / 1000.0));
            history.Came.ShouldAllBe(came => came.Messages >= 0);

            // A part of a second at the beginning may stand for itself.
            var told = history.Came.Sum(came => came.Messages);
            told.ShouldBeLessThanOrEqualTo(counted);
            (told == counted || history.Came.Length * 1000 < steps.Sum(step => step.Item1)).ShouldBeTrue();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Of_more_domains_than_have_rates_the_busiest_have_them()
    {
        _filter = new AcceptAll([.. Enumerable.Range(0, 20).Select(domain => $"d{domain}.example")]);
        var sampler = Sampler(mostDomains: 5);
        for (var domain = 0; domain < 20; domain++)
        {
            Count(domain, Accepted, 1 + domain);
        }

        sampler.Sample();
        sampler.Read(10).Domains.Select(domain => domain.Name).ShouldBe(["d19.example", "d18.example", "d17.example", "d16.example", "d15.example"]);
        for (var look = 0; look < 10; look++)
        {
            Count(3, PermFail, 10);
            Tick(sampler: sampler);
        }

        var rates = sampler.Read(10);
        rates.Domains.Select(domain => domain.Name).ShouldBe(["d3.example", "d19.example", "d18.example", "d17.example", "d16.example"]);
        rates.LeftOut.ShouldBe(15);
        rates.Domains[0].PerSecond.Second.ShouldBe(0); // followed for the first time by this look
        Count(3, PermFail, 10);
        Tick(sampler: sampler);
        sampler.Read(10).Domains[0].PerSecond.Second.ShouldBe(10);
    }

    [Fact]
    public void A_look_allocates_nothing()
    {
        Count(1, Accepted, 1);
        _sampler.Sample();
        AllocatedMemory.ByCaller(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                _sampler.Sample();
            }
        }).ShouldBe(0);
    }

    [Fact]
    public void The_refusal_that_was_given_most_often_is_known_of_each_revision()
    {
        _metrics.TopRefusalOf(_filter, 1).ShouldBeNull();
        Count(1, Accepted, 9);
        Count(1, TempFail, 3);
        Count(1, PermFail, 2);
        Count(2, PermFail, 1);
        _metrics.CountRefusal(_filter, 2, PermFail);
        _metrics.TopRefusalOf(_filter, 1).ShouldBe((TempFail, 3));
        _metrics.TopRefusalOf(_filter, 2).ShouldBe((PermFail, 2));
        _metrics.TopRefusalOf(_filter, 0).ShouldBeNull();

        var before = _filter;
        _filter = new AcceptAll("other", "gmail.com", "yahoo.com");
        _metrics.TopRefusalOf(_filter, 1).ShouldBeNull();
        Count(1, PermFail, 1);
        _metrics.TopRefusalOf(_filter, 1).ShouldBe((PermFail, 1));
        _metrics.TopRefusalOf(before, 1).ShouldBe((TempFail, 3));
    }

    [Fact]
    public void A_frequent_refusal_is_found_among_any_number_of_others() =>
        Prop.ForAll(Gen.Choose(0, 99).ListOf(500).ToArbitrary(), others =>
        {
            var tally = new RefusalTally();
            var replies = Enumerable.Range(0, 100).Select(number => new FixedReply(550, new(5, 1, 1), "Nobody"u8)).ToArray();
            var at = 0;
            foreach (var other in others)
            {
                tally.Count(replies[other]);
                if (++at % 4 == 0)
                {
                    tally.Count(TempFail);
                }
            }

            var (reply, count) = tally.Top()!.Value;
            reply.ShouldBe(TempFail);
            count.ShouldBeInRange(125, 125 + (625 / RefusalTally.Most));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Counting_any_number_of_refusals_allocates_nothing_in_the_end()
    {
        var tally = new RefusalTally();
        var replies = Enumerable.Range(0, 2 * RefusalTally.Most).Select(number => new FixedReply(550, new(5, 1, 1), "Nobody"u8)).ToArray();
        Array.ForEach(replies, tally.Count);
        AllocatedMemory.ByCaller(() =>
        {
            foreach (var reply in replies)
            {
                tally.Count(reply);
            }
        }).ShouldBe(0);
    }

    private RateSampler Sampler(int mostDomains = 1000) => new(_metrics, () => _connections, _clock, mostDomains);

    private void Tick(double seconds = 1, RateSampler? sampler = null)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        (sampler ?? _sampler).Sample();
    }

    private void Messages(int count)
    {
        for (var message = 0; message < count; message++)
        {
            _metrics.CountMessage(new MessageFacts { Outcome = Outcome.Accepted });
        }
    }

    private void Count(int entry, Reply reply, int count)
    {
        for (var recipient = 0; recipient < count; recipient++)
        {
            _metrics.CountRecipient(_filter, entry, reply, Stage.Rcpt);
        }
    }

    /// <summary>A clock whose calendar somebody sets while it goes on.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private readonly ManualTimeProvider _clock = new();

        public TimeSpan Step { get; set; }

        public override long TimestampFrequency => _clock.TimestampFrequency;

        public override long GetTimestamp() => _clock.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow() + Step;

        public void Advance(TimeSpan time) => _clock.Advance(time);
    }
}
