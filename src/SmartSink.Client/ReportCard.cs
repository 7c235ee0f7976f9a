using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>The sink's graded report on its senders.</summary>
public sealed record ReportCard
{
    /// <summary>When it was generated.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The start of the period it covers.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The senders, worst first.</summary>
    public IReadOnlyList<SenderReport> Senders { get => field ?? []; init; }

    /// <summary>Number of facts that were forgotten because the ledger was full; they are missing from the report.</summary>
    public long Forgotten { get; init; }

    /// <summary>How fast the provider's time passes; durations in the report are in that time.</summary>
    public double TimeScale { get; init; }

    /// <summary>Number of matching senders left out of the report because there are too many.</summary>
    public int LeftOut { get; init; }
}

/// <summary>What one sender did: a client network, combined with the user if it logged in.</summary>
public sealed record SenderReport
{
    /// <summary>Its network, such as <c>192.0.2.1/32</c>.</summary>
    public string Client { get => field ?? ""; init; }

    /// <summary>The user it logged in as; empty if none.</summary>
    public string User { get => field ?? ""; init; }

    /// <summary><c>A</c> to <c>F</c>; <c>-</c> if there was nothing to judge by.</summary>
    public string Grade { get => field ?? ""; init; }

    /// <summary>Recipients accepted.</summary>
    public long Accepted { get; init; }

    /// <summary>Attempts refused temporarily.</summary>
    [JsonPropertyName("tempfail")]
    public long TempFail { get; init; }

    /// <summary>Attempts refused permanently.</summary>
    [JsonPropertyName("permfail")]
    public long PermFail { get; init; }

    /// <summary>Connections opened.</summary>
    public long Connections { get; init; }

    /// <summary>All rules, including those that were not seen.</summary>
    public IReadOnlyList<RuleReport> Rules { get => field ?? []; init; }

    /// <summary>What came in during each interval, oldest first; at most 600 of them.</summary>
    public ReportChart Seconds { get => field ?? new(); init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Client} {User}".TrimEnd() + $": {Grade}{string.Concat(Rules.Where(rule => rule.Verdict == RuleVerdict.Fail).Select(rule => $"\n  {rule.Rule}: {rule.Finding}"))}";
}

/// <summary>Recipients by outcome, over time.</summary>
public sealed record ReportChart
{
    /// <summary>When the first interval begins.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Length of each, in seconds.</summary>
    public int Step { get; init; }

    /// <summary>Accepted.</summary>
    public IReadOnlyList<long> Accepted { get => field ?? []; init; }

    /// <summary>Refused temporarily.</summary>
    [JsonPropertyName("tempfail")]
    public IReadOnlyList<long> TempFail { get => field ?? []; init; }

    /// <summary>Refused permanently.</summary>
    [JsonPropertyName("permfail")]
    public IReadOnlyList<long> PermFail { get => field ?? []; init; }
}

/// <summary>The result of a rule for a sender.</summary>
public sealed record RuleReport
{
    /// <summary>Its name, such as <c>backs-off</c>; docs/report-card.md describes each.</summary>
    public string Rule { get => field ?? ""; init; }

    /// <summary>A short description.</summary>
    public string Title { get => field ?? ""; init; }

    /// <summary>The verdict.</summary>
    public RuleVerdict Verdict { get; init; }

    /// <summary>The effect of a fail on the grade: <c>critical</c>, <c>major</c>, <c>minor</c> or <c>none</c>.</summary>
    public string Weight { get => field ?? ""; init; }

    /// <summary>What was measured; null if nothing was seen.</summary>
    public double? Number { get; init; }

    /// <summary>The unit of the number.</summary>
    public string Unit { get => field ?? ""; init; }

    /// <summary>What was seen, in a sentence.</summary>
    public string Finding { get => field ?? ""; init; }

    /// <summary>Examples, at most three.</summary>
    public IReadOnlyList<ReportExample> Examples { get => field ?? []; init; }

    /// <summary>Why it matters.</summary>
    public string Why { get => field ?? ""; init; }

    /// <summary>The documents that the rule is based on.</summary>
    public IReadOnlyList<string> Sources { get => field ?? []; init; }

    /// <summary>For the classification: labels and classes, in rows of cells; null for other rules.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Table { get; init; }
}

/// <summary>An example of what a rule found.</summary>
public sealed record ReportExample
{
    /// <summary>When it began.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What happened.</summary>
    public string Text { get => field ?? ""; init; }

    /// <summary>The reply the sender had received; null if none.</summary>
    public string? Reply { get; init; }
}

/// <summary>The verdict of a rule.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleVerdict>))]
public enum RuleVerdict
{
    /// <summary>Nothing happened that it could be judged by.</summary>
    [JsonStringEnumMemberName("not_seen")]
    NotSeen,

    /// <summary>The sender behaves as it should.</summary>
    [JsonStringEnumMemberName("pass")]
    Pass,

    /// <summary>The sender's behaviour is questionable.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,

    /// <summary>The sender breaks the rule.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}

/// <summary>How the sender classified a refusal.</summary>
/// <param name="Recipient">The refused address.</param>
/// <param name="Class">The sender's word: a label of the policy, or one that <c>report.toml</c> maps to labels, such as <c>hard</c>.</param>
/// <param name="Sender">The message's sender; null if not known.</param>
public sealed record ClassifiedRecipient(string Recipient, string Class, string? Sender = null);

internal sealed record LedgerSwitch(bool On);
