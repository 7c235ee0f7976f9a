using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Ledger.Rules;

/// <summary>What a sender's word for a refusal means.</summary>
/// <param name="Labels">A bit for each <see cref="ReplyLabel"/> that it covers.</param>
/// <param name="Outcome">For a word that tells no reason, only whether it is for good or for now; else null.</param>
internal readonly record struct ReplyClass(uint Labels, Outcome? Outcome)
{
    /// <summary>Words that tell no reason: refused for good, for now, or no class of refusals at all.</summary>
    public const string Hard = "hard", Soft = "soft", None = "none";

    /// <summary>What <c>[classes]</c> of report.toml may say that a word means.</summary>
    public static IReadOnlyList<string> Meanings { get; } = [.. ReplyLabels.Words, Hard, Soft, None];

    /// <summary>Whether it says nothing about a refusal, so that it is not judged.</summary>
    public bool IsNone => Labels == 0 && Outcome is null;

    /// <summary>The class that one of <see cref="Meanings"/> names.</summary>
    public static ReplyClass Of(string meaning) => meaning switch
    {
        Hard => new ReplyClass(0, Smtp.Outcome.PermFail),
        Soft => new ReplyClass(0, Smtp.Outcome.TempFail),
        None => default,
        _ => new ReplyClass(BitOf((ReplyLabel)ReplyLabels.Words.ToList().IndexOf(meaning)), null),
    };

    /// <summary>Words are the same whatever their case and what stands between their parts: <c>InvalidRecipient</c>, <c>invalid-recipient</c>.</summary>
    public static string Fold(string word) => string.Concat(word.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    public static uint BitOf(ReplyLabel label) => 1u << (int)label;
}

/// <summary>The sender's own log names the reasons that the replies had.</summary>
internal sealed class Classification : SenderRule
{
    private const string Warn = "right_warn", Fail = "right_fail";
    private const int MostWords = 12;

    /// <inheritdoc/>
    public override string Name => "classification";

    /// <inheritdoc/>
    public override string Title => "Classifies replies correctly";

    /// <inheritdoc/>
    public override string Why =>
        "The class of a refusal decides whether a sender suppresses an address, waits, or fixes its own set-up. Mistaking a full mailbox for an unknown user loses a reader; the reverse keeps mailing a dead address forever.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sources => ["RFC 3463 section 3", "RFC 5248", "RFC 7372"];

    /// <inheritdoc/>
    public override RuleWeight Weight => RuleWeight.Major;

    /// <inheritdoc/>
    public override IReadOnlyList<Threshold> Thresholds =>
    [
        new(Warn, ThresholdUnit.Percent, 95, "warns if less than this share of refusals is classified in the sender's log as in the replies"),
        new(Fail, ThresholdUnit.Percent, 80, "fails below this share"),
    ];

    /// <inheritdoc/>
    public override Judgement Judge(SenderHistory history, RuleContext context)
    {
        if (context.Classified is not { } classified)
        {
            return Judgement.NotSeen("The sender's own log was not provided.");
        }
        var (judged, unknown, none) = Hold(history, context, classified);
        if (judged.Count + unknown.Count == 0)
        {
            return Judgement.NotSeen($"None of {Evidence.Count(classified.Count, "line")} in the log classifies a recipient that was refused here{(none > 0 ? $"; {none:N0} of them have a word that stands for no refusal" : string.Empty)}.");
        }
        var right = judged.Count(line => line.IsRight);
        var share = Evidence.Percent(right, judged.Count);
        var isBelow = judged.Count > 0 && share < context.Settings[this, Fail];
        var isDoubtful = judged.Count == 0 || unknown.Count > 0 || share < context.Settings[this, Warn];
        var words = unknown.GroupBy(word => word, StringComparer.Ordinal).OrderByDescending(word => word.Count()).Take(Judgement.MostExamples).Select(word => $"\"{word.Key}\" ({word.Count():N0})");
        var finding = (judged.Count == 0 ? "No refusal was classified with a known word." : $"Classified correctly: {Evidence.Share(right, judged.Count, "refusal")}.")
            + (unknown.Count == 0 ? string.Empty : $" {Evidence.Count(unknown.Count, "line")} had a word that is not in [classes] of report.toml: {string.Join(", ", words)}.");
        var examples = judged.Where(line => !line.IsRight).Take(Judgement.MostExamples).Select(line => history.Example(
            context, line.Refusal.At, $"classified as {line.Word}, refused as {ReplyLabels.Words[(int)line.Label]} ({history.Provider(line.Refusal.Provider)}, connection {line.Refusal.Connection})", line.Refusal.Reply));
        return new Judgement(
            isBelow ? Verdict.Fail : isDoubtful ? Verdict.Warn : Verdict.Pass, judged.Count == 0 ? null : share, "%", finding, [.. examples], judged.Count == 0 ? null : TableOf(judged));
    }

    private static (List<Line> Judged, List<string> Unknown, int None) Hold(SenderHistory history, RuleContext context, IReadOnlyList<ClassifiedRecipient> classified)
    {
        var refused = history.Items.Where(item => item.Tries.ToArray().Any(tried => tried.Outcome != Outcome.Accepted)).ToList();
        var byMail = refused.ToLookup(item => item.Last.Mail);
        var byRecipient = refused.ToLookup(item => MailHash.RecipientOf(item.Last.Mail));
        List<Line> judged = [];
        List<string> unknown = [];
        var none = 0;
        foreach (var line in classified)
        {
            // An address may have been refused in several messages, and a message several times: the log may speak of any of them.
            var refusals = (line.Mail != 0 ? byMail[line.Mail] : byRecipient[MailHash.RecipientOf(line.Recipient)])
                .SelectMany(item => item.Tries.ToArray()).Where(tried => tried.Outcome != Outcome.Accepted).ToList();
            if (refusals.Count == 0)
            {
                continue;
            }
            if (context.Settings.MeaningOf(line.Class) is not { } meaning)
            {
                unknown.Add(line.Class);
            }
            else if (meaning.IsNone)
            {
                none++;
            }
            else
            {
                var match = refusals.FindLastIndex(tried => (meaning.Labels & ReplyClass.BitOf(tried.Label)) != 0 || meaning.Outcome == tried.Outcome);
                judged.Add(new Line(line.Class, meaning, refusals[match < 0 ? ^1 : match], match >= 0));
            }
        }
        return (judged, unknown, none);
    }

    /// <summary>A row for each label: how many were refused so, precision, recall, and how many of them had each word.</summary>
    private static List<IReadOnlyList<string>> TableOf(List<Line> judged)
    {
        var words = judged.GroupBy(line => ReplyClass.Fold(line.Word)).OrderByDescending(word => word.Count()).ThenBy(word => word.Key, StringComparer.Ordinal).ToList();
        var shown = words.Take(MostWords).ToList();
        var isCut = words.Count > shown.Count;
        List<IReadOnlyList<string>> rows = [["label", "refusals", "precision", "recall", .. shown.Select(word => word.First().Word), .. isCut ? ["other words"] : Array.Empty<string>()]];
        foreach (var label in judged.GroupBy(line => line.Label).OrderBy(label => label.Key))
        {
            var right = label.Count(line => line.IsRight);
            var claimed = right + judged.Count(line => !line.IsRight && (line.Meaning.Labels & ReplyClass.BitOf(label.Key)) != 0);
            var counts = shown.Select(word => label.Count(line => ReplyClass.Fold(line.Word) == word.Key)).ToList();
            rows.Add([
                ReplyLabels.Words[(int)label.Key], $"{label.Count():N0}", claimed == 0 ? "–" : Ratio(right, claimed), Ratio(right, label.Count()),
                .. counts.Select(count => $"{count:N0}"), .. isCut ? [$"{label.Count() - counts.Sum():N0}"] : Array.Empty<string>(),
            ]);
        }
        return rows;
    }

    private static string Ratio(int part, int whole) => $"{Math.Round(Evidence.Percent(part, whole), 1)} %";

    /// <summary>A line of the log that a refusal was found for.</summary>
    private readonly record struct Line(string Word, ReplyClass Meaning, MailTry Refusal, bool IsRight)
    {
        public ReplyLabel Label => Refusal.Label;
    }
}
