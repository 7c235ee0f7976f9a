using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Rules;

/// <summary>A message comes to each recipient once.</summary>
internal sealed class NoDuplicates : SenderRule
{
    private const string Fail = "duplicates_fail";

    /// <inheritdoc/>
    public override string Name => "no-duplicates";

    /// <inheritdoc/>
    public override string Title => "No duplicates";

    /// <inheritdoc/>
    public override string Why =>
        "A 250 at end of data hands the message over: if it is sent again, the recipient gets it twice. Only a sender that never saw the 250 may send it again, because it cannot know.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 4.2.5", "RFC 5321 section 4.5.3.2.6", "RFC 1047"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Major;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
        [new(Fail, ThresholdUnit.Count, 0, "fails above this many recipients that were sent again although the sender had received the 250; fewer of them, and those after a lost 250, only warn")];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        if (history.Accepted == 0)
        {
            return Judgement.NotSeen("No recipient was accepted.");
        }
        var excused = history.Duplicates.Count(duplicate => duplicate.IsExcused);
        var unexcused = history.Duplicates.Count - excused;
        var afterLost = excused == 0 ? string.Empty : $" Sent again after a lost 250: {Evidence.Count(excused, "recipient")}.";
        var finding = unexcused == 0
            ? $"Nothing was sent again after its 250 ({Evidence.Count(history.Accepted, "recipient")} accepted).{afterLost}"
            : $"Sent again after the 250: {Evidence.Count(unexcused, "recipient")} ({history.Accepted:N0} accepted in all).{afterLost}";
        var examples = history.Duplicates.OrderBy(duplicate => duplicate.IsExcused).Take(Judgement.MostExamples).Select(duplicate => history.Example(
            context, duplicate.At,
            $"{Evidence.NameOf(duplicate.Number)} accepted again{(duplicate.IsExcused ? " after a lost 250" : string.Empty)} ({history.Provider(duplicate.Provider)}, connection {duplicate.Connection})"));
        var verdict = unexcused > context.Settings[this, Fail] ? Verdict.Fail : history.Duplicates.Count > 0 ? Verdict.Warn : Verdict.Pass;
        return new Judgement(verdict, unexcused, "recipients", finding, [.. examples]);
    }
}

/// <summary>Every message gets a final answer, or is returned.</summary>
internal sealed class NoLoss : SenderRule
{
    private const string Fail = "lost_fail", Window = "window", Quiet = "quiet";

    /// <inheritdoc/>
    public override string Name => "no-loss";

    /// <inheritdoc/>
    public override string Title => "Loses nothing";

    /// <inheritdoc/>
    public override string Why =>
        "Whoever accepts a message must deliver it or report that it could not. A number of a run that never arrives, or a temporarily refused recipient that is neither retried nor returned, is lost mail.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 4.2.5", "RFC 5321 section 4.5.4.1", "RFC 5321 section 6.1"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Critical;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(Fail, ThresholdUnit.Count, 0, "fails above this many messages without a final answer"),
        new(Quiet, ThresholdUnit.Duration, 300, "a number of a run counts as missing only after the sender has been silent for this long; until then, it may be on its way"),
        new(Window, ThresholdUnit.Duration, 2_700, "the same after a connection that was refused or lost before it named a recipient: the message may be waiting for its next attempt"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        if (history.Runs.Count == 0 && history.Items.Count == 0)
        {
            return Judgement.NotSeen("Nothing was refused, and no load-generator run was seen.");
        }
        var isSettled = IsSettled(history, context.Settings[this, Quiet], context.Settings[this, Window]);
        var runs = history.Runs.Where(run => run is { Missing: > 0, IsPartial: false }).ToList();
        var missing = runs.Sum(run => run.Missing);
        var fateOf = Retries4xx.Fates(history, context);
        var (givenUp, waiting) = (new List<MailItem>(), 0);
        foreach (var item in history.Items.Where(item => item.IsWaiting))
        {
            var fate = fateOf(item);
            if (fate == Fate.GivenUp)
            {
                givenUp.Add(item);
            }
            waiting += fate is Fate.Waits or Fate.CameAgain ? 1 : 0;
        }
        var lost = givenUp.Count + (isSettled ? missing : 0);
        var total = history.Runs.Sum(run => run.Highest - run.Lowest + 1) + history.Items.Count(item => item.Last.Number < 0 || history.Runs.Count == 0);
        var examples = givenUp.Select(item => history.Example(
                context, item.Last.At,
                $"{Evidence.NameOf(item.Last.Number)} neither retried nor returned in {Evidence.Length(history.Seconds(item.Last.At, history.Until))} ({history.Provider(item.Last.Provider)}, {Evidence.Count(item.Tries.Length, "attempt")})",
                item.Last.Reply))
            .Concat(runs.Select(run => history.Example(context, history.Until, $"missing from run {run.Run}: {string.Join(", ", run.MissingNumbers)}{(run.Missing > run.MissingNumbers.Count ? ", …" : string.Empty)}")));
        var verdict = lost > context.Settings[this, Fail] ? Verdict.Fail : lost > 0 || missing > 0 ? Verdict.Warn : Verdict.Pass;
        return new Judgement(verdict, lost, "messages", FindingOf(), [.. examples.Take(Judgement.MostExamples)]);

        string FindingOf()
        {
            var parts = new List<string>();
            if (isSettled && missing > 0)
            {
                parts.Add($"{Evidence.Count(missing, "number")} of {Evidence.Count(runs.Count, "run")} never arrived");
            }
            if (givenUp.Count > 0)
            {
                parts.Add($"{Evidence.Count(givenUp.Count, "temporarily refused recipient")} {(givenUp.Count == 1 ? "was" : "were")} neither retried nor returned");
            }
            var rest = $"{(missing > 0 && !isSettled ? $" Not yet arrived: {Evidence.Count(missing, "number")}." : string.Empty)}"
                + $"{(waiting > 0 ? $" {Evidence.Count(waiting, "temporarily refused recipient")} may still be retried." : string.Empty)}"
                + $"{(history.Runs.Any(run => run.IsPartial) ? " Part of a run was forgotten for lack of memory: its missing numbers are not counted." : string.Empty)}";
            return lost > 0
                ? $"{lost:N0} of {Evidence.Count(total, "message")} got no final answer: {string.Join(", ", parts)}.{rest}"
                : $"None of {Evidence.Count(total, "message")} was lost.{rest}";
        }
    }

    // Mail of which nothing was seen may wait for its next try: the connection was refused, or broke, before its recipient was named.
    private static bool IsSettled(SenderHistory history, double quiet, double window)
    {
        var active = history.Seconds.Select(second => second.At).Concat(history.Dialogs.Select(EndOf)).DefaultIfEmpty(history.Since).Max();
        var hidden = history.Dialogs.Where(dialog => dialog.RefusedReply >= 0 || dialog.Tls == TlsUse.Failed || dialog.Reason is not (SessionEndReason.Quit or SessionEndReason.ClientClosed)).Select(EndOf);
        return history.Seconds(active, history.Until) >= quiet && hidden.All(end => history.Seconds(end, history.Until) >= window);

        long EndOf(DialogFact dialog) => dialog.EndedAt < 0 ? history.Until : dialog.EndedAt;
    }
}

/// <summary>A message that could not be delivered is returned once.</summary>
internal sealed class BouncesOnce : SenderRule
{
    private const string Fail = "returned_fail";

    /// <inheritdoc/>
    public override string Name => "bounces-once";

    /// <inheritdoc/>
    public override string Title => "Bounces only once";

    /// <inheritdoc/>
    public override string Why =>
        "The author of a message counts its bounces, and suppresses addresses because of them. A second bounce for the same recipient counts twice, and if the sender was forged it is unwanted mail.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 5321 section 6.1", "RFC 3464 section 2", "RFC 3834 section 2"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Minor;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
        [new(Fail, ThresholdUnit.Count, 0, "fails above this many messages that were returned more often than they had recipients; a second return of a deferred message may be a delay notice, and only warns")];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        var bounces = history.Bounces.Where(bounce => bounce.Message != 0).GroupBy(bounce => bounce.Message).ToList();
        if (bounces.Count == 0)
        {
            return Judgement.NotSeen(history.Bounces.Count == 0
                ? "No mail came from the null sender."
                : $"{Evidence.Count(history.Bounces.Count, "message")} came from the null sender, but none identifies the message it returns.");
        }
        // A report whose 250 was lost has to come again: by a fault of the policy, or with the connection right after it.
        var broken = history.Dialogs.Where(dialog => dialog.Reason is SessionEndReason.Fault or SessionEndReason.ConnectionReset or SessionEndReason.SlowClient).ToLookup(dialog => dialog.Connection);
        var items = history.Items.ToLookup(item => item.Last.Message);
        var byNumber = history.Items.Where(item => item.Last.Number >= 0).ToLookup(item => item.Last.Number);
        int twice = 0, delayed = 0;
        var examples = new List<ReportExample>();
        foreach (var returns in bounces)
        {
            var first = returns.First();
            var returned = items[returns.Key].Concat(first.Number < 0 ? [] : byNumber[first.Number]).ToList();
            var over = returns.Count() - Math.Max(1, returned.Select(item => item.Last.Mail).Distinct().Count())
                - returns.Count(bounce => bounce.IsReplyLost || broken[bounce.Connection].Any(dialog => dialog.LastActiveAt <= bounce.At));
            if (over <= 0)
            {
                continue;
            }
            var isDelay = over == 1 && returned.Any(item => item.Tries.ToArray().Any(tried => tried.Outcome == Outcome.TempFail));
            delayed += isDelay ? 1 : 0;
            twice += isDelay ? 0 : 1;
            var times = string.Join(", ", returns.Skip(1).Take(Judgement.MostExamples).Select(again => Evidence.Length(history.Seconds(first.At, again.At))));
            examples.Insert(isDelay ? examples.Count : 0, history.Example(
                context, first.At, $"{Evidence.NameOf(first.Number)} returned {returns.Count():N0} times, again after {times} (connection {returns.Last().Connection})"));
        }
        var finding = twice + delayed == 0
            ? $"{Evidence.Count(bounces.Count, "message")} bounced, each once."
            : $"{Evidence.Share(twice + delayed, bounces.Count, "returned message")} bounced more than once{(delayed > 0 ? $", {delayed:N0} of them perhaps with a delay notice" : string.Empty)}.";
        var verdict = twice > context.Settings[this, Fail] ? Verdict.Fail : twice + delayed > 0 ? Verdict.Warn : Verdict.Pass;
        return new Judgement(verdict, twice, "messages", finding, [.. examples.Take(Judgement.MostExamples)]);
    }
}
