using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;

namespace SmartSink.Ledger.Rules;

/// <summary>One rule of the report card: a pure function of what was seen of a sender and of what the policy allows.</summary>
internal abstract class SenderRule
{
    /// <summary>As in <see cref="RuleReport.Rule"/>: letters in lower case, digits and hyphens.</summary>
    public abstract string Name { get; }

    /// <inheritdoc cref="RuleReport.Title"/>
    public abstract string Title { get; }

    /// <inheritdoc cref="RuleReport.Why"/>
    public abstract string Why { get; }

    /// <inheritdoc cref="RuleReport.Sources"/>
    public abstract IReadOnlyList<string> Sources { get; }

    /// <summary>What it counts for unless <c>report.toml</c> says otherwise.</summary>
    public abstract RuleWeight Weight { get; }

    /// <summary>What <c>report.toml</c> may set of it.</summary>
    public virtual IReadOnlyList<Threshold> Thresholds => [];

    /// <summary>Judges a sender.</summary>
    public abstract Judgement Judge(SenderHistory history, RuleContext context);
}

/// <summary>A figure from which on a rule warns or fails.</summary>
/// <param name="Name">The key in <c>report.toml</c>: <c>first_gap_fail</c>.</param>
/// <param name="Unit">What is written there.</param>
/// <param name="Default">Seconds, percent (0 to 100), a ratio or a count.</param>
/// <param name="Description">One line for the file and the docs.</param>
internal sealed record Threshold(string Name, ThresholdUnit Unit, double Default, string Description);

/// <summary>How a threshold is written: <c>"30s"</c>, <c>"5%"</c>, <c>0.8</c>, <c>3</c>.</summary>
internal enum ThresholdUnit : byte
{
    Duration,
    Percent,
    Ratio,
    Count,
}

/// <summary>What a rule needs beside the history.</summary>
/// <param name="Settings">Thresholds and weights.</param>
/// <param name="TimeOf">The calendar time of a <see cref="Smtp.Replies.Moment.Milliseconds"/>.</param>
/// <param name="Classified">What the sender's own log says of its recipients; null when none was given.</param>
internal sealed record RuleContext(RuleSettings Settings, Func<long, DateTimeOffset> TimeOf, IReadOnlyList<ClassifiedRecipient>? Classified = null);

/// <summary>A recipient and the class that the sender gave its refusal.</summary>
/// <param name="Mail">As in <see cref="LedgerEvent.Mail"/> where the sender is known, else 0.</param>
/// <param name="Recipient">A hash of the recipient alone.</param>
/// <param name="Class">The sender's word.</param>
internal sealed record ClassifiedRecipient(ulong Mail, ulong Recipient, string Class);

/// <summary>What a rule found.</summary>
internal sealed record Judgement(Verdict Verdict, double? Number, string Unit, string Finding, IReadOnlyList<ReportExample> Examples, IReadOnlyList<IReadOnlyList<string>>? Table = null)
{
    /// <summary>The most examples that a rule gives.</summary>
    public const int MostExamples = 3;

    public static Judgement NotSeen(string finding) => new(Verdict.NotSeen, null, string.Empty, finding, []);
}

/// <summary>Thresholds and weights: what <c>report.toml</c> says, else what the rules say themselves.</summary>
internal sealed class RuleSettings
{
    private readonly Dictionary<(string Rule, string Threshold), double> _thresholds = [];
    private readonly Dictionary<string, RuleWeight> _weights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReplyClass> _classes = new(StringComparer.Ordinal);

    /// <summary>Those that no file changes.</summary>
    public RuleSettings()
    {
        foreach (var meaning in ReplyClass.Meanings)
        {
            Set(meaning, ReplyClass.Of(meaning));
        }
    }

    public double this[SenderRule rule, string threshold] =>
        _thresholds.TryGetValue((rule.Name, threshold), out var value) ? value : rule.Thresholds.Single(known => known.Name == threshold).Default;

    public RuleWeight WeightOf(SenderRule rule) => _weights.TryGetValue(rule.Name, out var weight) ? weight : rule.Weight;

    /// <summary>What a sender's word for a refusal means; null for a word that nobody explained.</summary>
    public ReplyClass? MeaningOf(string word) => _classes.TryGetValue(ReplyClass.Fold(word), out var meaning) ? meaning : null;

    public void Set(string word, ReplyClass meaning) => _classes[ReplyClass.Fold(word)] = meaning;

    public void Set(SenderRule rule, string threshold, double value) => _thresholds[(rule.Name, threshold)] = value;

    public void Set(SenderRule rule, RuleWeight weight) => _weights[rule.Name] = weight;
}
