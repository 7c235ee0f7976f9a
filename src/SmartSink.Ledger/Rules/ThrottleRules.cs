using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Rules;

/// <summary>A sender that is throttled sends more slowly, and comes back when it is accepted again.</summary>
internal sealed class SlowsDown : SenderRule
{
    private const string RatioWarn = "ratio_warn", RatioFail = "ratio_fail", ThrottledLeast = "throttled_least", EpisodesFail = "episodes_fail", Recovery = "recovery_warn";

    // Of a handful of tries nobody can tell the rate: an outage in which each provider gets a message now and then is no throttle.
    private const int FewTries = 10;

    // The first moments after a throttle are what was on its way.
    private const double MomentSeconds = 10;
    private const long LeastMoment = 2_000, SecondMilliseconds = 1_000;

    /// <inheritdoc/>
    public override string Name => "slows-down";

    /// <inheritdoc/>
    public override string Title => "Slows down when throttled";

    /// <inheritdoc/>
    public override string Why =>
        "Throttling is a request to slow down. A sender that continues at the same rate is refused more and more, and then blocked; one that slows down and speeds up again step by step gets the most mail through.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["Gmail: Email sender guidelines (sending limits)", "Yahoo Sender Hub: SMTP error codes (421 TS04)", "Microsoft: Mail flow throttling in Exchange Online", "RFC 5321 section 4.5.4.1"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Major;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(RatioWarn, ThresholdUnit.Ratio, 0.5, "a sender has not slowed down enough if its rate in the minute after a throttle is more than this times the rate before"),
        new(RatioFail, ThresholdUnit.Ratio, 0.8, "above this, it has not slowed down at all"),
        new(ThrottledLeast, ThresholdUnit.Percent, 20, "both apply only while more than this share of its attempts is throttled"),
        new(EpisodesFail, ThresholdUnit.Percent, 20, "fails, or warns, above this share of throttles"),
        new(Recovery, ThresholdUnit.Duration, 7_200, "warns if throttled mail is waiting and nothing was tried at the provider for this long"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        double Setting(string name) => context.Settings[this, name];
        var throttles = history.Seconds.GroupBy(second => second.Provider).SelectMany(provider => ThrottlesOf(history, [.. provider.OrderBy(second => second.At)])).ToList();
        if (throttles.Count == 0)
        {
            return Judgement.NotSeen(history.Seconds.Any(second => second.Throttled > 0) ? "The sender has only just been throttled." : "The sender was never throttled.");
        }
        bool IsThrottledStill(Throttle throttle) => Evidence.Percent(throttle.Throttled, throttle.Tries) > Setting(ThrottledLeast);
        bool Persists(Throttle throttle, string ratio) => throttle.Ratio > Setting(ratio) && throttle.Tries >= FewTries && IsThrottledStill(throttle);
        var (slow, stubborn) = (throttles.Where(throttle => Persists(throttle, RatioWarn)).ToList(), throttles.Where(throttle => Persists(throttle, RatioFail)).ToList());
        var stuck = Stuck(history, Setting(Recovery));
        var verdict = Evidence.Percent(stubborn.Count, throttles.Count) > Setting(EpisodesFail) ? Verdict.Fail
            : Evidence.Percent(slow.Count, throttles.Count) > Setting(EpisodesFail) || stuck.Count > 0 ? Verdict.Warn : Verdict.Pass;
        var rates = throttles.Where(throttle => IsThrottledStill(throttle)).Select(throttle => throttle.Ratio).Order().ToList();
        var rate = rates.Count == 0 ? string.Empty : $"; while throttled, its rate was {Math.Round(rates[rates.Count / 2], 2)} times the rate before";
        var recovered = throttles.Where(throttle => throttle.Recovered >= 0).Select(throttle => throttle.Recovered).Order().ToList();
        var connections = throttles.Sum(throttle => throttle.ConnectionsBefore) is > 0 and var before
            ? $", it opened {Math.Round(throttles.Sum(throttle => throttle.ConnectionsAfter) / before, 2)} times as many connections" : string.Empty;
        var finding = $"After {Evidence.Share(slow.Count, throttles.Count, "throttle")} the sender continued at more than {Setting(RatioWarn)} times its rate and stayed throttled{rate}{connections}, " +
            $"and got {Evidence.Average(throttles.Average(throttle => throttle.Throttled * 60 / throttle.Length), "throttled reply", "throttled replies")} a minute" +
            (recovered.Count == 0 ? string.Empty : $"; mail was accepted again after {Evidence.Length(recovered[recovered.Count / 2])}") +
            (stuck.Count == 0 ? "." : $"; nothing was tried again at {string.Join(", ", stuck)}, although mail is waiting.");
        var examples = slow.OrderByDescending(throttle => throttle.Tries).Take(Judgement.MostExamples).Select(throttle => history.Example(
            context, throttle.At, $"{throttle.Tries:N0} recipients tried in the minute after the throttle, {throttle.Throttled:N0} of them throttled, {Math.Round(throttle.Ratio, 2)} times the rate before ({history.Provider(throttle.Provider)})",
            ReplyOf(history, throttle)));
        return new Judgement(verdict, Evidence.Percent(slow.Count, throttles.Count), "%", finding, [.. examples]);
    }

    private static int TriesOf(ProviderSecond second) => second.Accepted + second.TempFailed + second.PermFailed;

    private static IEnumerable<Throttle> ThrottlesOf(SenderHistory history, ProviderSecond[] seconds)
    {
        var (rate, connections) = (0.0, 0.0);
        for (var index = 0; index < seconds.Length; index++)
        {
            var at = seconds[index].At;
            var from = history.After(at, MomentSeconds, LeastMoment);
            var (start, to) = (history.MinuteBefore(at), history.MinuteAfter(from));
            if (seconds[index].Throttled == 0 || to > history.Until)
            {
                continue;
            }

            // Beside the highest rate so far: the next throttle may come while it has slowed down already.
            var before = seconds.Where(second => second.At > start && second.At <= at).ToList();
            var length = Math.Min(history.Seconds(start, at), history.Seconds(seconds[0].At, at + SecondMilliseconds));
            var then = history.Seconds(from, to);
            rate = Math.Max(rate, before.Sum(TriesOf) / length);
            connections = Math.Max(connections, before.Sum(second => second.Connections) / length);
            var after = seconds.Where(second => second.At >= from && second.At < to).ToList();
            var accepted = Array.Find(seconds, second => second.At > at && second.Accepted > 0 && second.Throttled == 0);
            yield return new Throttle(
                at, seconds[index].Provider, after.Sum(TriesOf), after.Sum(second => second.Throttled), after.Sum(TriesOf) / rate / then, then, connections,
                after.Sum(second => second.Connections) / then, accepted.Accepted > 0 ? history.Seconds(at, accepted.At) : -1);
            while (index + 1 < seconds.Length && seconds[index + 1].At < to)
            {
                index++;
            }
        }
    }

    // Providers at which throttled mail waits and nothing happens.
    private static List<string> Stuck(SenderHistory history, double longest)
    {
        var last = history.Seconds.GroupBy(second => second.Provider).ToDictionary(provider => provider.Key, provider => provider.Max(second => second.At));
        var stuck = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var item in history.Items)
        {
            var tried = item.Tries.Span[^1];
            if (tried is { Outcome: Outcome.TempFail, Label: ReplyLabel.RateLimit } && history.Seconds(Math.Max(tried.At, last.GetValueOrDefault(tried.Provider)), history.Until) > longest)
            {
                stuck.Add(history.Provider(tried.Provider));
            }
        }
        return [.. stuck];
    }

    private static int ReplyOf(SenderHistory history, Throttle throttle)
    {
        foreach (var item in history.Items)
        {
            foreach (var tried in item.Tries.Span)
            {
                if (tried.Provider == throttle.Provider && tried is { Outcome: Outcome.TempFail, Label: ReplyLabel.RateLimit })
                {
                    return tried.Reply;
                }
            }
        }
        return -1;
    }

    /// <summary>A throttle after a time without one, and the minute behind it, whose length is in seconds of the provider's time.</summary>
    private sealed record Throttle(long At, int Provider, int Tries, int Throttled, double Ratio, double Length, double ConnectionsBefore, double ConnectionsAfter, double Recovered);
}

/// <summary>A sender learns a provider's limits, and keeps them.</summary>
internal sealed class KeepsLimits : SenderRule
{
    private const string OverFail = "over_fail", OverLeast = "over_least", Learn = "learn";
    private const long LearnMilliseconds = 5_000, LastOfSecond = 999;

    /// <inheritdoc/>
    public override string Name => "keeps-limits";

    /// <inheritdoc/>
    public override string Title => "Stays within a provider's limits";

    /// <inheritdoc/>
    public override string Why =>
        "A sender does not know the limits beforehand, but the first refusal tells it. Whatever exceeds them after that is refused each time, and counts against the sender.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 4.5.3.1.10", "Yahoo Sender Hub: Best practices", "Comcast Postmaster: connection limits", "Outlook.com Postmaster: Policies, practices, and guidelines"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Minor;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(Learn, ThresholdUnit.Duration, 60, "how long a sender may continue to exceed a limit after it first did"),
        new(OverFail, ThresholdUnit.Percent, 20, "fails if after that more than this share of connections, or of seconds with connections, exceeds a limit; less only warns"),
        new(OverLeast, ThresholdUnit.Count, 5, "fewer of them than this only warn"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        var found = new List<Excess>();
        foreach (var (provider, name) in history.Providers.Index())
        {
            var dialogs = history.Dialogs.Where(dialog => dialog.Provider == provider).OrderBy(dialog => dialog.BeganAt)
                .Select(dialog => (Dialog: dialog, Limits: history.Policy.LimitsIn(name, dialog.BeganAt, dialog.EndedAt < 0 ? history.Until : dialog.EndedAt))).ToList();
            var seconds = history.Seconds.Where(second => second.Provider == provider).OrderBy(second => second.At);
            Add("connections at once", seconds.Select(second => (second.At, second.MostOpen, history.Policy.LimitsIn(name, second.At, second.At + LastOfSecond)?.Connections)));
            Add("messages per connection", dialogs.Select(seen => (seen.Dialog.BeganAt, MessagesOf(seen.Dialog), seen.Limits?.MessagesPerConnection)));
            Add("recipients per message", dialogs.Select(seen => (seen.Dialog.BeganAt, seen.Dialog.MostRecipients, seen.Limits?.RecipientsPerMessage)));

            // Each limit that was in force, by itself: a sender has to learn another one anew.
            void Add(string what, IEnumerable<(long At, int Count, int? Limit)> seen)
            {
                foreach (var limit in seen.Where(one => one.Count > 0 && one.Limit is not null).GroupBy(one => one.Limit!.Value))
                {
                    found.Add(Excess.Of(what, name, limit.Key, [.. limit.Select(one => (one.At, one.Count))], first => history.After(first, context.Settings[this, Learn], LearnMilliseconds)));
                }
            }
        }
        if (found.Count == 0)
        {
            return Judgement.NotSeen("The policy sets no limits for the providers that the sender contacted.");
        }
        var over = found.Where(excess => excess.Over > 0).OrderByDescending(excess => excess.LaterShare).ThenByDescending(excess => excess.Most - excess.Limit).ToList();
        var worst = over.Select(excess => excess.LaterShare).FirstOrDefault();
        var goesOn = over.Any(excess => excess.LaterShare > context.Settings[this, OverFail] && excess.LaterOver >= context.Settings[this, OverLeast]);
        var finding = over.Count == 0
            ? $"The sender stayed within all {Evidence.Count(found.Count, "limit")}."
            : $"The sender exceeded {over.Count:N0} of {Evidence.Count(found.Count, "limit")}, " + (goesOn ? $"and kept doing so: {Math.Round(worst, 1)} % of what came later was over the limit on {over[0].What} at {over[0].Provider}." : "but learned from it.");
        var examples = over.Take(Judgement.MostExamples).Select(excess => history.Example(
            context, excess.First, $"{excess.Most:N0} {excess.What} where {excess.Limit:N0} are allowed, {excess.Over:N0} times ({excess.Provider})"));
        return new Judgement(goesOn ? Verdict.Fail : over.Count > 0 ? Verdict.Warn : Verdict.Pass, Math.Round(worst, 2), "%", finding, [.. examples]);
    }

    private static int MessagesOf(DialogFact dialog) => dialog.Transactions + (dialog is { RefusedReply: >= 0, RefusedAt: Stage.Mail } ? 1 : 0);

    /// <summary>A limit, and how often it was gone beyond: in all, and after the sender could have learned it.</summary>
    private sealed record Excess(string What, string Provider, int Limit, int Most, long First, int Over, int LaterOver, double LaterShare)
    {
        public static Excess Of(string what, string provider, int limit, List<(long At, int Count)> seen, Func<long, long> learnedAfter)
        {
            var over = seen.Where(one => one.Count > limit).ToList();
            var first = over.Count == 0 ? long.MaxValue : over[0].At;
            var learned = over.Count == 0 ? long.MaxValue : learnedAfter(first);
            var later = seen.Where(one => one.At > learned).ToList();
            var laterOver = later.Count(one => one.Count > limit);
            return new Excess(what, provider, limit, seen.Max(one => one.Count), first, over.Count, laterOver, Evidence.Percent(laterOver, later.Count));
        }
    }
}

/// <summary>While one provider defers everything, mail to the others goes on.</summary>
internal sealed class Isolation : SenderRule
{
    private const string RatioWarn = "ratio_warn", RatioFail = "ratio_fail", Trouble = "trouble", Shortest = "shortest", Least = "messages_least";

    // Trouble is told in stretches of this length; seconds are no finer than the sink's own.
    private const double BinSeconds = 10;
    private const long BinMilliseconds = 1_000;

    /// <inheritdoc/>
    public override string Name => "isolation";

    /// <inheritdoc/>
    public override string Title => "Isolates a provider's trouble";

    /// <inheritdoc/>
    public override string Why =>
        "When one provider is down, its mail has to wait. If that mail occupies the connections or queue slots that other mail needs, one provider's outage becomes an outage for all recipients.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 4.5.4.1 (a queue for each destination)"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Major;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(Trouble, ThresholdUnit.Percent, 50, "a provider is in trouble while it temporarily refuses at least this share"),
        new(Shortest, ThresholdUnit.Duration, 30, "for at least this long"),
        new(Least, ThresholdUnit.Count, 10, "judged only if at least this many messages to the others were expected in that time"),
        new(RatioWarn, ThresholdUnit.Ratio, 0.7, "warns if mail to the others continues at less than this times the rate before and after"),
        new(RatioFail, ThresholdUnit.Ratio, 0.4, "fails below it"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        double Setting(string name) => context.Settings[this, name];
        var troubles = history.Seconds.Where(second => second.Provider >= 0).GroupBy(second => second.Provider)
            .SelectMany(provider => TroublesOf(history, provider, Setting(Trouble), Setting(Shortest))).ToList();
        if (troubles.Count == 0)
        {
            return Judgement.NotSeen($"No provider refused most mail for {Evidence.Length(Setting(Shortest))} or longer.");
        }
        var others = troubles.Select(trouble => Beside(history, trouble, troubles)).Where(beside => beside.Expected >= Setting(Least)).ToList();
        if (others.Count == 0)
        {
            return Judgement.NotSeen("While a provider refused most mail, there was too little mail for the others to judge by.");
        }
        var ratio = Math.Round(Math.Min(1, others.Sum(beside => beside.Accepted) / others.Sum(beside => beside.Expected)), 2);
        var verdict = ratio < Setting(RatioFail) ? Verdict.Fail : ratio < Setting(RatioWarn) ? Verdict.Warn : Verdict.Pass;
        var names = string.Join(", ", others.Select(beside => history.Provider(beside.Trouble.Provider)).Distinct().Take(3));
        var finding = $"While {names} refused most mail, the others got theirs at {ratio} times the usual rate ({others.Sum(beside => beside.Accepted):N0} accepted, {others.Sum(beside => beside.Expected):N0} expected).";
        var examples = others.OrderBy(beside => beside.Accepted / beside.Expected).Take(verdict == Verdict.Pass ? 0 : Judgement.MostExamples).Select(beside => history.Example(
            context, beside.Trouble.From,
            $"{history.Provider(beside.Trouble.Provider)} refused most mail for {Evidence.Length(history.Seconds(beside.Trouble.From, beside.Trouble.To))}: the others got {beside.Accepted:N0} messages where {beside.Expected:N0} were expected"));
        return new Judgement(verdict, ratio, "ratio", finding, [.. examples]);
    }

    // From the first stretch in which most was refused to the last before one in which it was not; in between there may be nothing, while the sender waits.
    private static IEnumerable<Stretch> TroublesOf(SenderHistory history, IGrouping<int, ProviderSecond> provider, double share, double shortest)
    {
        Stretch? trouble = null;
        foreach (var stretch in provider.GroupBy(BinOf).OrderBy(stretch => stretch.Key.From))
        {
            var (refused, all) = (stretch.Sum(second => second.TempFailed), stretch.Sum(second => second.Accepted + second.TempFailed + second.PermFailed));
            if (all == 0)
            {
                continue;
            }
            if (refused > 0 && Evidence.Percent(refused, all) >= share)
            {
                trouble = new Stretch(provider.Key, trouble?.From ?? stretch.Min(second => second.At), stretch.Key.To);
            }
            else if (trouble is { } ended)
            {
                trouble = null;
                if (history.Seconds(ended.From, ended.To) >= shortest)
                {
                    yield return ended;
                }
            }
        }
        if (trouble is { } last && history.Seconds(last.From, last.To) >= shortest)
        {
            yield return last;
        }

        (long From, long To) BinOf(ProviderSecond second)
        {
            var length = history.Milliseconds(second.At, BinSeconds, BinMilliseconds);
            var from = second.At / length * length;
            return (from, from + length);
        }
    }

    // What the providers without trouble accepted meanwhile, beside the lower of the rates before and after it: a load that ends or begins is no fault of the sender's.
    private static Others Beside(SenderHistory history, Stretch trouble, List<Stretch> troubles)
    {
        var inTrouble = troubles.Where(other => other.From < trouble.To && other.To > trouble.From).Select(other => other.Provider).ToHashSet();
        var others = history.Seconds.Where(second => !inTrouble.Contains(second.Provider) && second.Accepted > 0).ToList();
        if (others.Count == 0)
        {
            return new Others(trouble, 0, 0);
        }
        var (first, last) = (others.Min(second => second.At), others.Max(second => second.At) + BinMilliseconds);
        var length = trouble.To - trouble.From;
        var before = RateIn(Math.Max(first, trouble.From - length), trouble.From);
        var resumed = others.Where(second => second.At >= trouble.To).Select(second => second.At).DefaultIfEmpty(last).Min();
        var after = RateIn(resumed, Math.Min(last, resumed + length));
        var end = Math.Min(trouble.To, last);
        var rate = Math.Min(before ?? double.MaxValue, after ?? double.MaxValue);
        var accepted = others.Where(second => second.At >= trouble.From && second.At < end).Sum(second => second.Accepted);
        return new Others(trouble, accepted, rate == double.MaxValue ? 0 : rate * Math.Max(0, end - trouble.From));

        double? RateIn(long from, long to) => to - from < BinMilliseconds ? null
            : others.Where(second => second.At >= from && second.At < to).Sum(second => second.Accepted) / (double)(to - from);
    }

    private sealed record Stretch(int Provider, long From, long To);

    private sealed record Others(Stretch Trouble, int Accepted, double Expected);
}
