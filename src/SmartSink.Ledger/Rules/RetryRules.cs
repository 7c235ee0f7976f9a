using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Smtp;
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
        "A 5xx is final: the same message gets the same answer again. Providers count refused recipients, and slow down or block a sender that keeps asking for them.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources =>
        ["RFC 5321 section 4.2.1", "Gmail: Email sender guidelines", "Outlook.com Postmaster: Policies, practices, and guidelines (namespace mining)"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Critical;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(KnownFail, ThresholdUnit.Percent, 1, "fails above this share of recipients refused for good that came again with the same message; fewer only warn"),
        new(UnknownFail, ThresholdUnit.Percent, 20, "the same where the message's id or number is not known, so that it may have been another message"),
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
            return Judgement.NotSeen("No recipient was refused for good.");
        }
        var verdict = (Verdict)Math.Max(
            (int)Evidence.Above(Evidence.Percent(known, refused), 0, context.Settings[this, KnownFail]),
            (int)Evidence.Above(Evidence.Percent(unknown, refused), 0, context.Settings[this, UnknownFail]));
        var finding = (known, unknown) switch
        {
            (0, 0) => $"Nothing that was refused for good was tried again ({Evidence.Count(refused, "recipient")}).",
            (0, _) => $"After a refusal for good, {Evidence.Share(unknown, refused, "recipient")} came again, with a message that cannot be told from the first.",
            _ => $"After a refusal for good, {Evidence.Share(known + unknown, refused, "recipient")} were tried again.",
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
            $"tried again {Evidence.Length(history.Seconds(tries[again].At - tries[0].At))} after the refusal{times} ({history.Provider(tries[0].Provider)}, connection {tries[again].Connection})",
            tries[0].Reply);
    }
}
