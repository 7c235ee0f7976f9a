using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Rules;

/// <summary>A sender that is told 421 closes the connection, and leaves the provider alone for a while.</summary>
internal sealed class Honours421 : SenderRule
{
    private const string AgainWarn = "again_warn", Insists = "insists", InsistsFail = "insists_fail", SpokeWarn = "spoke_warn", SpokeFail = "spoke_fail";

    /// <inheritdoc/>
    public override string Name => "honours-421";

    /// <inheritdoc/>
    public override string Title => "Honours 421 and closes";

    /// <inheritdoc/>
    public override string Why =>
        "A 421 means that the service is not available and the connection is being closed. Commands sent after it are lost, and a sender that reconnects at once takes connections away from others and gets blocked for longer.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 3.8", "RFC 5321 section 4.2.3", "Gmail: Email sender guidelines"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Major;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(AgainWarn, ThresholdUnit.Count, 10, "warns if more connections than this get a 421 in the minute after another one"),
        new(Insists, ThresholdUnit.Ratio, 0.25, "the sender is insisting if these are also more than this times the connections in the minute before"),
        new(InsistsFail, ThresholdUnit.Percent, 20, "fails if it insists after more than this share of 421 replies"),
        new(SpokeWarn, ThresholdUnit.Percent, 2, "warns above this share of connections with commands after a 421"),
        new(SpokeFail, ThresholdUnit.Percent, 20, "fails above it"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        double Setting(string name) => context.Settings[this, name];
        var shut = history.Dialogs.Where(dialog => dialog.ShutAt >= 0).ToList();
        if (shut.Count == 0)
        {
            return Judgement.NotSeen("The sender never received a 421.");
        }

        // A connection that delivered something before was ended for its length: it is right to open the next.
        var episodes = Episode.Of(history, dialog => dialog is { ShutAt: >= 0, Messages: 0 });
        var warned = episodes.Where(episode => episode.Again > Setting(AgainWarn)).OrderByDescending(episode => episode.Again).ToList();
        var insists = warned.Where(episode => episode.Again > Setting(Insists) * episode.Before).ToList();
        var spoke = shut.Where(dialog => dialog.CommandsBehindShut > 0).ToList();
        var worst = episodes.MaxBy(episode => episode.Again);
        var (spokeShare, most) = (Evidence.Percent(spoke.Count, shut.Count), worst?.Again ?? 0);
        var verdict = Evidence.Percent(insists.Count, episodes.Count) > Setting(InsistsFail) || spokeShare > Setting(SpokeFail) ? Verdict.Fail
            : warned.Count > 0 || spokeShare > Setting(SpokeWarn) ? Verdict.Warn : Verdict.Pass;
        var finding = $"At most {Evidence.Count(most, "connection")} got another 421 in the {history.MinuteLength((worst?.First ?? shut[0]).ShutAt)} after one; " +
            $"commands followed a 421 in {Evidence.Share(spoke.Count, shut.Count, "connection")}.";
        var examples = warned.Select(episode => episode.Example(history, context, episode.First.ShutAt, "after the 421"))
            .Concat(spoke.Select(dialog => history.Example(
                context, dialog.ShutAt, $"{Evidence.Count(dialog.CommandsBehindShut, "command")} after the 421 ({history.Provider(dialog.Provider)}, connection {dialog.Connection})",
                dialog.RefusedReply)));
        return new Judgement(verdict, most, "connections", finding, [.. examples.Take(Judgement.MostExamples)]);
    }
}

/// <summary>A sender does not connect again and again to be turned away, or for nothing.</summary>
internal sealed class NoStorm : SenderRule
{
    private const string StormWarn = "storm_warn", StormFail = "storm_fail", EmptyWarn = "empty_warn", EmptyFail = "empty_fail", EmptyLeast = "empty_least";

    /// <inheritdoc/>
    public override string Name => "no-storm";

    /// <inheritdoc/>
    public override string Title => "No reconnect storm";

    /// <inheritdoc/>
    public override string Why =>
        "A connection costs a provider more than a message does. Hundreds of connections that are refused in the greeting, or lead to nothing, look like an attack and get blocked like one.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 4.5.4.1", "Gmail: Email sender guidelines", "Outlook.com Postmaster: Policies, practices, and guidelines"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Critical;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(StormWarn, ThresholdUnit.Count, 60, "warns if more connections than this are refused in the minute after a refusal in the greeting or at EHLO"),
        new(StormFail, ThresholdUnit.Count, 120, "fails above it"),
        new(EmptyWarn, ThresholdUnit.Percent, 20, "warns above this share of connections that the sender ended without a transaction"),
        new(EmptyFail, ThresholdUnit.Percent, 50, "fails above it"),
        new(EmptyLeast, ThresholdUnit.Count, 20, "fewer of them are not judged"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        double Setting(string name) => context.Settings[this, name];
        if (history.Dialogs.Count == 0)
        {
            return Judgement.NotSeen("The sender opened no connection.");
        }
        var storms = Episode.Of(history, IsRefused).OrderByDescending(episode => episode.Again).ToList();
        var most = storms.Select(episode => episode.Again).FirstOrDefault();
        var empty = history.Dialogs.Where(IsEmpty).ToList();
        var emptyShare = empty.Count < Setting(EmptyLeast) ? 0 : Evidence.Percent(empty.Count, history.Dialogs.Count);
        var verdict = (Verdict)Math.Max(
            (int)Evidence.Above(most, Setting(StormWarn), Setting(StormFail)), (int)Evidence.Above(emptyShare, Setting(EmptyWarn), Setting(EmptyFail)));
        var finding = (storms.Count == 0 ? "No greeting was refused" : $"At most {Evidence.Count(most, "connection")} got another refusal in the {history.MinuteLength(storms[0].First.BeganAt)} after a refused greeting") +
            $"; {Evidence.Share(empty.Count, history.Dialogs.Count, "connection")} ended without a transaction.";
        var examples = storms.Where(storm => storm.Again > Setting(StormWarn)).Select(storm => storm.Example(history, context, storm.First.BeganAt, "after the refusal"))
            .Concat(empty.Where(_ => emptyShare > Setting(EmptyWarn)).Select(dialog => history.Example(
                context, dialog.BeganAt, $"connection {dialog.Connection} open for {Evidence.Length(history.Seconds(dialog.BeganAt, dialog.EndedAt))}, without a transaction")));
        return new Judgement(verdict, most, "connections", finding, [.. examples.Take(Judgement.MostExamples)]);
    }

    private static bool IsRefused(DialogFact dialog) =>
        (dialog.RefusedReply >= 0 && dialog.RefusedAt is Stage.Connect or Stage.Ehlo) || dialog.Reason is SessionEndReason.TooManyConnections or SessionEndReason.TooManyConnectionsFromAddress;

    // Only what the sender ended by itself.
    private static bool IsEmpty(DialogFact dialog) =>
        dialog is { Transactions: 0, RefusedReply: < 0, EndedAt: >= 0, Reason: SessionEndReason.Quit or SessionEndReason.ClientClosed or SessionEndReason.ConnectionReset } &&
        dialog.Tls != TlsUse.Failed;
}

/// <summary>A sender sends more than one message on a connection while it has more, and ends it when it has none.</summary>
internal sealed class ReusesConnections : SenderRule
{
    private const string NeedlessWarn = "needless_warn", NeedlessFail = "needless_fail", Least = "messages_least", IdleWarn = "idle_warn", IdleFail = "idle_fail", IdleShare = "idle_share";
    private const double SoonSeconds = 2;
    private const long SoonMilliseconds = 100, IdleMilliseconds = 5_000;

    /// <inheritdoc/>
    public override string Name => "reuses-connections";

    /// <inheritdoc/>
    public override string Title => "Reuses connections";

    /// <inheritdoc/>
    public override string Why =>
        "Each connection costs both sides a handshake or two, and providers count connections. One that stays open without work takes up a slot, and the provider may close it in the middle of the next message.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 3.3", "RFC 5321 section 4.5.3.2.7 (timeouts)", "Yahoo Sender Hub: Best practices"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Minor;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(NeedlessWarn, ThresholdUnit.Percent, 30, "warns above this share of messages after which the connection was closed and another opened to the same provider within two seconds"),
        new(NeedlessFail, ThresholdUnit.Percent, 70, "fails above it"),
        new(Least, ThresholdUnit.Count, 20, "fewer messages are not judged"),
        new(IdleWarn, ThresholdUnit.Duration, 60, "a connection is idle if it stays open for longer than this after its last message"),
        new(IdleFail, ThresholdUnit.Duration, 300, "the same, for a fail"),
        new(IdleShare, ThresholdUnit.Percent, 20, "warns, or fails, above this share of idle connections"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        double Setting(string name) => context.Settings[this, name];
        var used = history.Dialogs.Where(dialog => dialog is { Messages: > 0, EndedAt: >= 0 }).ToList();
        var messages = used.Sum(dialog => (long)dialog.Messages);
        if (messages == 0)
        {
            return Judgement.NotSeen("No connection that carried a message has ended.");
        }
        var needless = messages < Setting(Least) ? [] : NeedlesslyClosed(history);
        int Idle(string length) => used.Count(dialog =>
            dialog.EndedAt > history.After(dialog.LastActiveAt, Setting(length), IdleMilliseconds) && dialog.Reason is SessionEndReason.Quit or SessionEndReason.ClientClosed or SessionEndReason.IdleTimeout);
        var (idle, idleFail) = (Idle(IdleWarn), Idle(IdleFail));
        var idleVerdict = Evidence.Percent(idleFail, used.Count) > Setting(IdleShare) ? Verdict.Fail : Evidence.Percent(idle, used.Count) > Setting(IdleShare) ? Verdict.Warn : Verdict.Pass;
        var verdict = (Verdict)Math.Max((int)Evidence.Above(Evidence.Percent(needless.Count, messages), Setting(NeedlessWarn), Setting(NeedlessFail)), (int)idleVerdict);
        var average = (double)messages / used.Count;
        var finding = $"A connection brought {Evidence.Average(average, "message")} on average; {Evidence.Share(needless.Count, used.Count, "connection")} ended although more was to be sent, " +
            $"{Evidence.Share(idle, used.Count, "connection")} stayed idle for more than {Evidence.Length(Setting(IdleWarn))}.";
        var examples = verdict == Verdict.Pass ? [] : needless.Take(Judgement.MostExamples).Select(closed => history.Example(
            context, closed.Dialog.EndedAt,
            $"connection {closed.Dialog.Connection} ended after {Evidence.Count(closed.Dialog.Messages, "message")}, connection {closed.Next.Connection} began {Evidence.Length(history.Seconds(closed.Dialog.EndedAt, Math.Max(closed.Dialog.EndedAt, closed.Next.BeganAt)))} later ({history.Provider(closed.Dialog.Provider)})"));
        return new Judgement(verdict, Math.Round(average, 2), "messages", finding, [.. examples]);
    }

    // A connection that the sender closed by itself, below the provider's limit, and the one that it opened instead. Each new one stands for one closed.
    private static List<(DialogFact Dialog, DialogFact Next)> NeedlesslyClosed(SenderHistory history)
    {
        var needless = new List<(DialogFact, DialogFact)>();
        foreach (var provider in history.Dialogs.Where(dialog => dialog.Provider >= 0 && dialog.Messages > 0).GroupBy(dialog => dialog.Provider))
        {
            var name = history.Provider(provider.Key);
            var begun = provider.OrderBy(dialog => dialog.BeganAt).ToArray();
            var next = 0;
            foreach (var dialog in provider.Where(dialog => dialog is { EndedAt: >= 0, ShutAt: < 0, Reason: SessionEndReason.Quit or SessionEndReason.ClientClosed or SessionEndReason.ConnectionReset } && dialog.Messages < (history.Policy.At(dialog.EndedAt).Limits.GetValueOrDefault(name)?.MessagesPerConnection ?? int.MaxValue)).OrderBy(dialog => dialog.LastActiveAt))
            {
                while (next < begun.Length && begun[next].BeganAt <= dialog.LastActiveAt)
                {
                    next++;
                }
                if (next < begun.Length && begun[next].BeganAt <= history.After(dialog.EndedAt, SoonSeconds, SoonMilliseconds))
                {
                    needless.Add((dialog, begun[next++]));
                }
            }
        }
        return needless;
    }
}

/// <summary>A client was turned away, and what it did in the minute after.</summary>
/// <param name="First">The connection that was turned away.</param>
/// <param name="Before">Connections to the same provider begun in the minute before.</param>
/// <param name="Again">Connections begun in the minute after, without its first moments, that were turned away as well.</param>
internal sealed record Episode(DialogFact First, int Before, int Again)
{
    // What is on its way already, and the provider's other hosts, are no answer to the refusal.
    private const double MomentSeconds = 2;
    private const long LeastMoment = 500;

    /// <summary>An episode for each stretch of a minute that begins with a connection that was turned away.</summary>
    public static List<Episode> Of(SenderHistory history, Func<DialogFact, bool> isTurnedAway)
    {
        var episodes = new List<Episode>();
        foreach (var provider in history.Dialogs.GroupBy(dialog => dialog.Provider))
        {
            var all = provider.OrderBy(dialog => dialog.BeganAt).ToArray();
            var times = Array.ConvertAll(all, dialog => dialog.BeganAt);
            var turned = Array.FindAll(all, dialog => isTurnedAway(dialog));
            var turnedTimes = Array.ConvertAll(turned, dialog => dialog.BeganAt);
            for (var index = 0; index < turned.Length; index = IndexOf(turnedTimes, history.MinuteAfter(turnedTimes[index])))
            {
                var at = turned[index].BeganAt;
                episodes.Add(new Episode(
                    turned[index], IndexOf(times, at) - IndexOf(times, history.MinuteBefore(at)),
                    IndexOf(turnedTimes, history.MinuteAfter(at)) - Math.Max(index + 1, IndexOf(turnedTimes, history.After(at, MomentSeconds, LeastMoment)))));
            }
        }
        return episodes;
    }

    /// <summary>The episode as a case in point.</summary>
    public ReportExample Example(SenderHistory history, RuleContext context, long at, string after) => history.Example(
        context, at,
        $"{Evidence.Count(Again, "connection")} turned away in the {history.MinuteLength(First.BeganAt)} {after}, {Evidence.Count(Before, "connection")} in the time before ({history.Provider(First.Provider)}, connection {First.Connection})",
        First.RefusedReply);

    // The first of those times that is not before this one.
    private static int IndexOf(long[] times, long time)
    {
        var (low, high) = (0, times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = times[middle] < time ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}
