using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Rules;

/// <summary>A recipient that was refused for good is not tried again.</summary>
internal sealed class NoRetryAfter5xx : SenderRule
{
    private const string KnownFail = "known_fail", UnknownFail = "unknown_fail";

    /// <inheritdoc/>
    public override string Name => "no-retry-after-5xx";

    /// <inheritdoc/>
    public override string Title => "Never retries after a 5xx";

    /// <inheritdoc/>
    public override string Why =>
        "A 5xx is final: the same message will get the same answer again. Providers count refused recipients, and slow down or block a sender that keeps trying them.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
        ["RFC 5321 section 4.2.1", "Gmail: Email sender guidelines", "Outlook.com Postmaster: Policies, practices, and guidelines (namespace mining)"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Critical;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(KnownFail, ThresholdUnit.Percent, 1, "fails above this share of permanently refused recipients that were tried again with the same message; fewer only warn"),
        new(UnknownFail, ThresholdUnit.Percent, 20, "the same if the message's id or number is not known, so that it may have been another message"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        int refused = 0, known = 0, unknown = 0;
        var examples = new List<ReportExample>();
        var ends = history.Dialogs.Where(dialog => dialog.Reason == SessionEndReason.Fault).ToLookup(dialog => dialog.Connection);
        foreach (var item in history.Items)
        {
            var tries = item.Tries.Span;
            var first = FirstFinal(tries, ends);
            if (first < 0)
            {
                continue;
            }
            refused++;
            var again = first + 1;
            if (again == tries.Length)
            {
                continue;
            }
            var isKnown = IsSame(tries[first], tries[again]);
            known += isKnown ? 1 : 0;
            unknown += isKnown ? 0 : 1;
            if (isKnown || examples.Count < Judgement.MostExamples)
            {
                examples.Insert(isKnown ? 0 : examples.Count, ExampleOf(history, context, tries[first..], again - first));
            }
        }
        if (refused == 0)
        {
            return Judgement.NotSeen("No recipient was permanently refused.");
        }
        var verdict = (Verdict)Math.Max(
            (int)Evidence.Above(Evidence.Percent(known, refused), 0, context.Settings[this, KnownFail]),
            (int)Evidence.Above(Evidence.Percent(unknown, refused), 0, context.Settings[this, UnknownFail]));
        var finding = (known, unknown) switch
        {
            (0, 0) => $"No permanently refused recipient was tried again ({refused:N0} in all).",
            (0, _) => $"Tried again after a permanent refusal: {Evidence.Share(unknown, refused, "recipient")}, with messages that cannot be told apart from the first.",
            _ => $"Tried again after a permanent refusal: {Evidence.Share(known + unknown, refused, "recipient")}.",
        };
        return new Judgement(verdict, Evidence.Percent(known + unknown, refused), "%", finding, [.. examples.Take(Judgement.MostExamples)]);
    }

    // A reply that a fault of the policy lost is none that the sender could obey.
    private static int FirstFinal(ReadOnlySpan<MailTry> tries, ILookup<uint, DialogFact> faults)
    {
        for (var index = 0; index < tries.Length; index++)
        {
            var at = tries[index].At;
            if (tries[index].Outcome == Outcome.PermFail && !faults[tries[index].Connection].Any(dialog => dialog.LastActiveAt <= at))
            {
                return index;
            }
        }
        return -1;
    }

    private static bool IsSame(in MailTry first, in MailTry again) =>
        (first.Number >= 0 && first.Number == again.Number) || (first.Message != 0 && first.Message == again.Message);

    private static ReportExample ExampleOf(SenderHistory history, RuleContext context, ReadOnlySpan<MailTry> tries, int again)
    {
        var times = tries.Length == 2 ? string.Empty : $", {Evidence.Count(tries.Length - 1, "time")} in all";
        return history.Example(
            context, tries[0].At,
            $"tried again {Evidence.Length(history.Seconds(tries[0].At, tries[again].At))} after the refusal{times} ({history.Provider(tries[0].Provider)}, connection {tries[again].Connection})",
            tries[0].Reply);
    }
}

/// <summary>A recipient that was refused for now comes again.</summary>
internal sealed class Retries4xx : SenderRule
{
    private const string Window = "window", SoonestReturn = "soonest_return", Fail = "given_up_fail";
    private const int GapsOfPatience = 3;

    /// <inheritdoc/>
    public override string Name => "retries-4xx";

    /// <inheritdoc/>
    public override string Title => "Retries after a 4xx";

    /// <inheritdoc/>
    public override string Why =>
        "A 4xx asks the sender to try again: greylisting, throttling and outages are over in minutes or hours. Mail that is not retried, or is returned at once, is lost for no reason.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 4.2.1", "RFC 5321 section 4.5.4.1", "RFC 6647 section 5 (greylisting)"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Critical;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(Window, ThresholdUnit.Duration, 2_700, "how long a recipient may go without a retry before it counts as given up; three times its longest wait so far if that is more"),
        new(SoonestReturn, ThresholdUnit.Duration, 14_400, "mail returned to its sender sooner than this after the first attempt counts as given up too"),
        new(Fail, ThresholdUnit.Percent, 1, "fails above this share of recipients given up; fewer only warn"),
    ];

    /// <summary>What became of a recipient that was refused for now, by the thresholds of this rule.</summary>
    public static Func<MailItem, Fate> Fates(SenderHistory history, RuleContext context)
    {
        var rule = SenderRules.All.OfType<Retries4xx>().Single();
        var (window, soonest) = (context.Settings[rule, Window], context.Settings[rule, SoonestReturn]);
        var byNumber = history.Bounces.Where(bounce => bounce.Number >= 0).ToLookup(bounce => bounce.Number);
        var byMessage = history.Bounces.Where(bounce => bounce.Message != 0).ToLookup(bounce => bounce.Message);
        return item =>
        {
            var tries = item.Tries.Span;
            var (first, last) = (tries[0], tries[^1]);
            if (last.Outcome != Outcome.TempFail)
            {
                return WasDeferred(tries) ? Fate.CameAgain : Fate.NotDeferred;
            }
            foreach (var bounce in byNumber[first.Number].Concat(byMessage[last.Message]))
            {
                if (bounce.At >= last.At)
                {
                    return history.Seconds(first.At, bounce.At) < soonest ? Fate.ReturnedSoon : Fate.Returned;
                }
            }
            var longest = 0.0;
            for (var index = 1; index < tries.Length; index++)
            {
                longest = Math.Max(longest, history.Seconds(tries[index - 1].At, tries[index].At));
            }
            var isOver = history.Seconds(last.At, history.Until) > Math.Max(window, GapsOfPatience * longest);
            return isOver ? Fate.GivenUp : tries.Length > 1 ? Fate.CameAgain : Fate.Waits;
        };
    }

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        var fateOf = Fates(history, context);
        var counts = new int[Enum.GetValues<Fate>().Length];
        var examples = new List<ReportExample>();
        foreach (var item in history.Items)
        {
            var fate = fateOf(item);
            counts[(int)fate]++;
            if (fate is Fate.GivenUp or Fate.ReturnedSoon && examples.Count < Judgement.MostExamples)
            {
                var last = item.Tries.Span[^1];
                examples.Add(history.Example(
                    context, last.At,
                    $"tried {Evidence.Count(item.Tries.Length, "time")}, then " +
                    (fate == Fate.GivenUp ? $"nothing for {Evidence.Length(history.Seconds(last.At, history.Until))}" : "returned to its sender") + $" ({history.Provider(last.Provider)})",
                    last.Reply));
            }
        }
        var (waiting, lost) = (counts[(int)Fate.Waits], counts[(int)Fate.GivenUp] + counts[(int)Fate.ReturnedSoon]);
        var judged = counts[(int)Fate.CameAgain] + counts[(int)Fate.Returned] + lost;
        var rest = waiting == 0 ? "." : $"; {Evidence.Count(waiting, "recipient")} may still be retried.";
        if (judged == 0)
        {
            return Judgement.NotSeen(waiting == 0 ? "No recipient was temporarily refused." : $"No temporarily refused recipient is overdue yet{rest}");
        }
        var finding = lost == 0
            ? $"No temporarily refused recipient was given up ({judged:N0} in all){rest}"
            : $"Given up after a temporary refusal: {Evidence.Share(lost, judged, "recipient")}{rest}";
        return new Judgement(Evidence.Above(Evidence.Percent(lost, judged), 0, context.Settings[this, Fail]), 100 - Evidence.Percent(lost, judged), "%", finding, examples);
    }

    private static bool WasDeferred(ReadOnlySpan<MailTry> tries)
    {
        foreach (var tried in tries)
        {
            if (tried.Outcome == Outcome.TempFail)
            {
                return true;
            }
        }
        return false;
    }
}

/// <summary>What became of a recipient that was refused for now.</summary>
internal enum Fate : byte
{
    /// <summary>It was not.</summary>
    NotDeferred,

    /// <summary>It was tried again.</summary>
    CameAgain,

    /// <summary>It was not yet tried again, and has time for it.</summary>
    Waits,

    /// <summary>The sender returned the message to its author, after a fair time.</summary>
    Returned,

    /// <summary>The same, too soon.</summary>
    ReturnedSoon,

    /// <summary>Nothing came of it any more.</summary>
    GivenUp,
}

/// <summary>A sender waits before it tries again, and longer each time.</summary>
internal sealed class BacksOff : SenderRule
{
    private const string ShortFail = "shortest_fail", ShortWarn = "shortest_warn", SteadyFail = "steady_fail", Shrink = "shrink", Grown = "grown", Tolerated = "tolerated",
        NotGrowing = "not_growing_warn", Herd = "herd";

    // A provider has several hosts, and a sender may go on to the next at once.
    private const double NextHostSeconds = 1;
    private const long NextHostMilliseconds = 500, HerdMilliseconds = 100;
    private const double ShareOfHerd = 0.9;

    /// <inheritdoc/>
    public override string Name => "backs-off";

    /// <inheritdoc/>
    public override string Title => "Waits before it retries, and longer each time";

    /// <inheritdoc/>
    public override string Why =>
        "A sender that retries at once meets the same trouble and adds to it; greylists, throttles and blocks treat that as abuse. Waits that grow and vary spread the load when a provider recovers.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 4.5.4.1", "RFC 5321 section 4.5.3.1.10 (the rest of too many recipients may follow at once)", "RFC 6647 section 5"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Critical;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(ShortFail, ThresholdUnit.Duration, 10, "a retry after less than this counts as too soon"),
        new(ShortWarn, ThresholdUnit.Duration, 60, "the same, for a warning"),
        new(SteadyFail, ThresholdUnit.Duration, 60, "waits that do not grow also count as too soon while they are shorter than this"),
        new(Tolerated, ThresholdUnit.Percent, 5, "fails, or warns, above this share of recipients retried too soon"),
        new(Shrink, ThresholdUnit.Ratio, 0.8, "a wait shorter than this times the one before it has not grown"),
        new(Grown, ThresholdUnit.Duration, 600, "a wait of this length is long enough and need not grow"),
        new(NotGrowing, ThresholdUnit.Percent, 20, "warns above this share of recipients whose waits do not grow"),
        new(Herd, ThresholdUnit.Count, 50, "warns if at least this many recipients refused within one second are all retried within one second"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        double Setting(string name) => context.Settings[this, name];
        var began = history.Dialogs.ToLookup(dialog => dialog.Connection, dialog => dialog.BeganAt);
        var waits = new List<(MailItem Item, List<double> Gaps)>();
        foreach (var item in history.Items)
        {
            var gaps = GapsOf(history, item.Tries.Span, began);
            if (gaps.Count > 0)
            {
                waits.Add((item, gaps));
            }
        }
        if (waits.Count == 0)
        {
            return Judgement.NotSeen("No temporarily refused recipient was tried again.");
        }
        bool Grows(List<double> gaps) => !IsFlat(gaps, Setting(Grown)) && !Shrinks(gaps, Setting(Shrink), Setting(Grown));
        var several = waits.Where(wait => wait.Gaps.Count > 1).ToList();
        var steady = several.Where(wait => !Grows(wait.Gaps)).ToList();
        var hurried = waits.Where(wait => wait.Gaps.Min() < Setting(ShortFail) || (wait.Gaps.Count > 2 && wait.Gaps.Max() < Setting(SteadyFail) && !Grows(wait.Gaps))).ToList();
        var early = waits.Count(wait => wait.Gaps.Min() < Setting(ShortWarn));
        var herd = LargestHerd(history);
        var firsts = waits.Select(wait => wait.Gaps[0]).Order().ToList();

        var verdict = Evidence.Percent(hurried.Count, waits.Count) > Setting(Tolerated) ? Verdict.Fail
            : Evidence.Percent(early, waits.Count) > Setting(Tolerated) || Evidence.Percent(steady.Count, several.Count) > Setting(NotGrowing) || herd >= Setting(Herd)
                ? Verdict.Warn : Verdict.Pass;
        var median = firsts[firsts.Count / 2];
        var finding = $"The first retry came after {Evidence.Length(median)} (median of {Evidence.Count(waits.Count, "recipient")}, the shortest {Evidence.Length(firsts[0])})" +
            (hurried.Count == 0 ? string.Empty : $"; retried too soon: {Evidence.Share(hurried.Count, waits.Count, "recipient")}") +
            (several.Count == 0 ? string.Empty : $"; waits grew for {Evidence.Share(several.Count - steady.Count, several.Count, "recipient")} tried more than twice") +
            (herd < Setting(Herd) ? "." : $"; {herd:N0} recipients refused within one second were all retried within one second.");
        var worst = hurried.Concat(steady).Take(Judgement.MostExamples).Select(wait => ExampleOf(history, context, wait.Item, wait.Gaps));
        return new Judgement(verdict, Math.Round(median, 3), "s", finding, verdict == Verdict.Pass ? [] : [.. worst]);
    }

    private static List<double> GapsOf(SenderHistory history, ReadOnlySpan<MailTry> tries, ILookup<uint, long> began)
    {
        var gaps = new List<double>();
        var isNextHost = false;
        for (var index = 1; index < tries.Length; index++)
        {
            var (before, again) = (tries[index - 1], tries[index]);
            if (before.Outcome != Outcome.TempFail || before.Label is ReplyLabel.TooManyRecipients or ReplyLabel.Tls)
            {
                continue;
            }
            var since = began[again.Connection].Where(at => at <= again.At).DefaultIfEmpty(again.At).Last();
            var nextHost = history.After(before.At, NextHostSeconds, NextHostMilliseconds);
            isNextHost = !isNextHost && again.Connection != before.Connection && (again.At <= nextHost || (since >= before.At && since <= nextHost));
            if (!isNextHost)
            {
                gaps.Add(history.Seconds(before.At, again.At));
            }
        }
        return gaps;
    }

    private static bool IsFlat(List<double> gaps, double grown) => gaps.Count > 2 && gaps[^1] < grown && gaps[^1] < 1.2 * gaps[0];

    private static bool Shrinks(List<double> gaps, double shrink, double grown) =>
        gaps.Skip(1).Zip(gaps, (gap, before) => gap < shrink * before && gap < grown).Any(shrinks => shrinks);

    // The most recipients refused in one second of which nearly all came again in one second.
    private static int LargestHerd(SenderHistory history)
    {
        var returns = new Dictionary<(long Second, long Start), List<long>>();
        foreach (var item in history.Items)
        {
            var tries = item.Tries.Span;
            var second = history.Milliseconds(tries[0].At, 1, HerdMilliseconds);
            if (tries.Length > 1 && tries[0].Outcome == Outcome.TempFail && tries[1].At - tries[0].At > 2 * second)
            {
                var start = (second, tries[0].At / second);
                (returns.TryGetValue(start, out var times) ? times : returns[start] = []).Add(tries[1].At);
            }
        }
        var largest = 0;
        foreach (var ((second, _), times) in returns.Where(returned => returned.Value.Count > largest))
        {
            times.Sort();
            var most = 0;
            for (int from = 0, to = 0; to < times.Count; to++)
            {
                while (times[to] - times[from] > second)
                {
                    from++;
                }
                most = Math.Max(most, to - from + 1);
            }
            largest = most >= ShareOfHerd * times.Count ? times.Count : largest;
        }
        return largest;
    }

    private static ReportExample ExampleOf(SenderHistory history, RuleContext context, MailItem item, List<double> gaps)
    {
        // The waits begin at the first refusal for now, which need not be the first of all.
        var tries = item.Tries.Span;
        var first = tries[0];
        for (var index = 1; first.Outcome != Outcome.TempFail && index < tries.Length; index++)
        {
            first = tries[index];
        }
        var more = gaps.Count > 4 ? $" and {gaps.Count - 4:N0} more" : string.Empty;
        return history.Example(
            context, first.At, $"tried again after {string.Join(", ", gaps.Take(4).Select(Evidence.Length))}{more} ({history.Provider(first.Provider)}, connection {first.Connection})",
            first.Reply);
    }
}
