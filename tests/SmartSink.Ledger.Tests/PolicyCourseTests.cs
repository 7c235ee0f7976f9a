using FsCheck;
using FsCheck.Fluent;
using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Ledger.Store;
using Outcome = SmartSink.Smtp.Outcome;

namespace SmartSink.Ledger.Tests;

/// <summary>What was in force when, and how long a time was for the provider.</summary>
public sealed class PolicyCourseTests
{
    private const long Minute = 60_000;

    // 60 times as fast in the second minute.
    private static readonly PolicyCourse Fast = Course((0, 1), (Minute, 60), (2 * Minute, 1));

    [Theory]
    [InlineData(0, 60_000, 60)]
    [InlineData(60_000, 120_000, 3_600)]
    [InlineData(30_000, 90_000, 30 + 1_800)]
    [InlineData(30_000, 150_000, 30 + 3_600 + 30)]
    [InlineData(-10_000, 0, 10)]
    [InlineData(150_000, 30_000, -3_660)]
    public void A_length_is_summed_over_the_scales_that_it_spans(long from, long to, double seconds)
    {
        Fast.Seconds(from, to).ShouldBe(seconds);
        Fast.After(from, seconds).ShouldBe(to);
    }

    [Theory]
    [InlineData(59_999, 1)]
    [InlineData(60_000, 60)]
    [InlineData(119_999, 60)]
    [InlineData(120_000, 1)]
    [InlineData(-1, 1)]
    public void What_is_in_force_is_what_was_noted_last(long at, double timeScale) => Fast.At(at).TimeScale.ShouldBe(timeScale);

    [Theory]
    [InlineData(0, 59_999, 1)]
    [InlineData(0, 60_000, 60)]
    [InlineData(130_000, 140_000, 1)]
    public void The_highest_scale_of_a_time_is_told(long from, long to, double scale) => Fast.TopScale(from, to).ShouldBe(scale);

    [Fact]
    public void Where_nothing_was_noted_time_is_real_and_nothing_is_limited()
    {
        var course = new PolicyCourse([]);
        (course.Seconds(0, 1_500), course.After(10, 1), course.LimitsIn("gmail.com", 0, 1)).ShouldBe((1.5, 1_010, null));
    }

    [Fact]
    public void The_moment_after_a_length_is_the_end_of_that_length() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte Minutes, byte Scale)[]>(), ArbMap.Default.ArbFor<(int From, ushort Length)>(), (changes, time) =>
        {
            var at = 0L;
            var course = Course([.. changes.Select(change => (at += change.Minutes * 100L, 0.25 + change.Scale))]);
            var (from, to) = (time.From % 100_000, (time.From % 100_000) + time.Length);
            var middle = (from + to) / 2;
            course.Seconds(from, to).ShouldBe(course.Seconds(from, middle) + course.Seconds(middle, to), 1e-6);
            course.After(from, course.Seconds(from, to)).ShouldBe(to);
            course.After(to, course.Seconds(to, from)).ShouldBe(from);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void A_wait_that_a_change_of_scale_lies_in_is_judged_by_both()
    {
        // Half a minute before the change and half a second behind it: a minute for the provider. By the scale at the report it were half a minute.
        var tries = new[] { Try(Minute - 30_000, Outcome.TempFail), Try(Minute + 500, Outcome.Accepted) };
        var history = new SenderHistory { Sender = LedgerHost.Client, Since = 0, Until = 30 * Minute, Policy = Fast, Providers = ["gmail.com"], Items = [new MailItem(tries)] };

        new BacksOff().Judge(history, Simulation.Context()).Number.ShouldBe(60);
    }

    [Fact]
    public void Limits_that_have_ended_are_held_against_what_came_under_them_and_nothing_else()
    {
        var limits = new Dictionary<string, ProviderLimits>(StringComparer.Ordinal) { ["gmail.com"] = new(null, 5, null) };
        var ended = new PolicyCourse([PolicyFact.None, new(Minute, 1, limits), PolicyFact.None with { At = 10 * Minute }]);
        var dialogs = Enumerable.Range(0, 30).Select(number => new DialogFact { BeganAt = number * Minute / 2, EndedAt = (number * Minute / 2) + 1, RefusedReply = -1, ShutAt = -1, Transactions = 6 });
        var history = new SenderHistory { Sender = LedgerHost.Client, Since = 0, Until = 60 * Minute, Policy = ended, Providers = ["gmail.com", "aol.com"], Dialogs = [.. dialogs] };

        var judgement = new KeepsLimits().Judge(history, Simulation.Context());

        judgement.Verdict.ShouldBe(Verdict.Fail, judgement.Finding);
        judgement.Examples.ShouldHaveSingleItem().Text.ShouldBe("6 messages per connection where 5 are allowed, 18 times (gmail.com)");
        new KeepsLimits().Judge(history with { Policy = new PolicyCourse([PolicyFact.None]) }, Simulation.Context()).Verdict.ShouldBe(Verdict.NotSeen);
    }

    [Fact]
    public void The_ledger_keeps_changes_only_and_what_is_in_force_whatever_it_forgets()
    {
        var host = new LedgerHost(SinkLedger.LeastBytes);
        host.Connect(1);
        for (var i = 0; i < 3 * PolicyFacts.Most; i++)
        {
            host.Ledger.Note(new PolicyFact(i, 1 + (i / 2 % 2), PolicyFact.None.Limits));
        }

        var course = host.ReadOne().Policy;
        (course.At(3 * PolicyFacts.Most).TimeScale, course.At((3 * PolicyFacts.Most) - 3).TimeScale).ShouldBe((2, 1));
        host.Ledger.Status.Forgotten.ShouldBeInRange(PolicyFacts.Most / 2, PolicyFacts.Most * 2);
        host.Ledger.Status.Bytes.ShouldBeLessThanOrEqualTo(SinkLedger.LeastBytes);

        host.Ledger.Clear();
        host.Ledger.Status.Forgotten.ShouldBe(0);
        host.ReadOne().Policy.At(0).TimeScale.ShouldBe(2);
    }

    private static PolicyCourse Course(params (long At, double TimeScale)[] facts) => new(facts.Select(fact => PolicyFact.None with { At = fact.At, TimeScale = fact.TimeScale }));

    private static MailTry Try(long at, Outcome outcome) => new() { At = at, Mail = 1, Number = -1, Reply = -1, Outcome = outcome };
}
