using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>What the sink says of those that send to it, graded.</summary>
public sealed record ReportCard
{
    /// <summary>When it was made.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>From when on it covers what came.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The worst sender first.</summary>
    public IReadOnlyList<SenderReport> Senders { get => field ?? []; init; }

    /// <summary>Facts that were forgotten since the ledger was full; the report lacks them.</summary>
    public long Forgotten { get; init; }

    /// <summary>How fast the provider's time passed: lengths in the report are of that time.</summary>
    public double TimeScale { get; init; }

    /// <summary>Senders that were asked for and are not told, since there are so many.</summary>
    public int LeftOut { get; init; }
}

/// <summary>What one sender did: a client's network, and a user of it if it logged in.</summary>
public sealed record SenderReport
{
    /// <summary>Its network, such as <c>192.0.2.1/32</c>.</summary>
    public string Client { get => field ?? ""; init; }

    /// <summary>The user that it logged in as; empty for none.</summary>
    public string User { get => field ?? ""; init; }

    /// <summary><c>A</c> to <c>F</c>; <c>-</c> when there was nothing to tell by.</summary>
    public string Grade { get => field ?? ""; init; }

    /// <summary>Recipients taken.</summary>
    public long Accepted { get; init; }

    /// <summary>Tries that were refused for now.</summary>
    [JsonPropertyName("tempfail")]
    public long TempFail { get; init; }

    /// <summary>Tries that were refused for good.</summary>
    [JsonPropertyName("permfail")]
    public long PermFail { get; init; }

    /// <summary>Connections begun.</summary>
    public long Connections { get; init; }

    /// <summary>Every rule, whether it was seen or not.</summary>
    public IReadOnlyList<RuleReport> Rules { get => field ?? []; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Client} {User}".TrimEnd() + $": {Grade}{string.Concat(Rules.Where(rule => rule.Verdict == RuleVerdict.Fail).Select(rule => $"\n  {rule.Rule}: {rule.Finding}"))}";
}

/// <summary>What a rule says of a sender.</summary>
public sealed record RuleReport
{
    /// <summary>Its name, such as <c>backs-off</c>; docs/report-card.md tells of each.</summary>
    public string Rule { get => field ?? ""; init; }

    /// <summary>The same in words.</summary>
    public string Title { get => field ?? ""; init; }

    /// <summary>What it comes to.</summary>
    public RuleVerdict Verdict { get; init; }

    /// <summary>What a fail means for the grade: <c>critical</c>, <c>major</c>, <c>minor</c> or <c>none</c>.</summary>
    public string Weight { get => field ?? ""; init; }

    /// <summary>What was measured; null when nothing was seen.</summary>
    public double? Number { get; init; }

    /// <summary>Of the number.</summary>
    public string Unit { get => field ?? ""; init; }

    /// <summary>What was seen, in a sentence.</summary>
    public string Finding { get => field ?? ""; init; }

    /// <summary>At most three.</summary>
    public IReadOnlyList<ReportExample> Examples { get => field ?? []; init; }

    /// <summary>Why it matters.</summary>
    public string Why { get => field ?? ""; init; }

    /// <summary>Where the rule comes from.</summary>
    public IReadOnlyList<string> Sources { get => field ?? []; init; }
}

/// <summary>A case in point.</summary>
public sealed record ReportExample
{
    /// <summary>When it began.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What happened.</summary>
    public string Text { get => field ?? ""; init; }

    /// <summary>What the sender had been told; null for nothing.</summary>
    public string? Reply { get; init; }
}

/// <summary>What a rule comes to.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleVerdict>))]
public enum RuleVerdict
{
    /// <summary>Nothing happened that it could tell by.</summary>
    [JsonStringEnumMemberName("not_seen")]
    NotSeen,

    /// <summary>The sender does as it should.</summary>
    [JsonStringEnumMemberName("pass")]
    Pass,

    /// <summary>Not quite.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,

    /// <summary>It does not.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}

internal sealed record LedgerSwitch(bool On);
