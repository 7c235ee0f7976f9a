using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>Shares of the three outcomes, percent of recipients.</summary>
public sealed record OutcomeShares
{
    /// <summary>Accepted.</summary>
    public double Accepted { get; init; }

    /// <summary>Refused temporarily.</summary>
    [JsonPropertyName("tempfail")]
    public double TempFail { get; init; }

    /// <summary>Refused permanently.</summary>
    [JsonPropertyName("permfail")]
    public double PermFail { get; init; }
}

/// <summary>The policy in force.</summary>
public sealed record SinkPolicy
{
    /// <summary>Hash of the files' contents, as shown in log and metrics.</summary>
    public string Hash { get => field ?? ""; init; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset LoadedAt { get; init; }

    /// <summary>How many entries there are.</summary>
    public int Total { get; init; }

    /// <summary>The requested entries.</summary>
    public IReadOnlyList<PolicyEntry> Entries { get => field ?? []; init; }

    /// <summary>Where the next page begins; null after the last one.</summary>
    public int? Next { get; init; }
}

/// <summary>The policy's entry for a domain, or for all domains without one (<c>other</c>).</summary>
public sealed record PolicyEntry
{
    /// <summary>Its name.</summary>
    public string Domain { get => field ?? ""; init; }

    /// <summary>Percent of recipients that are refused permanently.</summary>
    public double Bounce { get; init; }

    /// <summary>Percent of recipients that are refused temporarily.</summary>
    public double Defer { get; init; }

    /// <summary>The entries that it is like, nearest first.</summary>
    public IReadOnlyList<string> Like { get => field ?? []; init; }

    /// <summary>The shares expected in the long run, including the schedules and overrides of rates in force.</summary>
    public OutcomeShares? Expected { get; init; }

    /// <summary>Its refusals.</summary>
    public IReadOnlyList<PolicyReply> Replies { get => field ?? []; init; }
}

/// <summary>A reply of the policy.</summary>
public sealed record PolicyReply
{
    /// <summary><c>bounce</c>, <c>defer</c>, <c>throttle</c> or <c>tls</c>.</summary>
    public string Kind { get => field ?? ""; init; }

    /// <summary>The code.</summary>
    public int Code { get; init; }

    /// <summary>The text.</summary>
    public string Text { get => field ?? ""; init; }

    /// <summary>The reason, one of the policy's labels; null if it has none.</summary>
    public string? Label { get; init; }

    /// <summary>The stage of the session at which it is given.</summary>
    public string? Stage { get; init; }

    /// <summary>How often it is chosen, relative to the others in its list.</summary>
    public double Weight { get; init; }
}

/// <summary>What would happen to mail for an address, and why.</summary>
public sealed record SinkExplanation
{
    /// <summary>The address or domain in question.</summary>
    public string Recipient { get => field ?? ""; init; }

    /// <summary>The complete explanation as text, as printed by <c>smartsink explain</c>.</summary>
    public string Text { get => field ?? ""; init; }

    /// <summary>The policy's entry that applies to it, <c>other</c> if it has none.</summary>
    public string Entry { get => field ?? ""; init; }

    /// <summary>The shares expected in the long run, including the schedules and overrides of rates in force.</summary>
    public OutcomeShares? Expected { get; init; }

    /// <summary>The possible replies.</summary>
    public IReadOnlyList<PolicyReply> Replies { get => field ?? []; init; }

    /// <summary>The overrides that may affect it, newest first.</summary>
    public IReadOnlyList<ActiveOverride> Overrides { get => field ?? []; init; }

    /// <summary>The other members of the response, described in docs/api.md.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Details { get; set; }
}

/// <summary>What has come in, and with what outcome.</summary>
public sealed record SinkStats
{
    /// <summary>The time of these figures.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>As in /readyz: <c>ready</c>, <c>degraded</c> and so on.</summary>
    public string Status { get => field ?? ""; init; }

    /// <summary>When the sink was started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Warnings for people.</summary>
    public IReadOnlyList<string> Warnings { get => field ?? []; init; }

    /// <summary>Messages.</summary>
    public SinkCount Messages { get => field ?? new(); init; }

    /// <summary>Recipients.</summary>
    public RecipientCounts Recipients { get => field ?? new(); init; }

    /// <summary>Counts by policy entry, busiest first.</summary>
    public IReadOnlyList<DomainStats> Domains { get => field ?? []; init; }

    /// <summary>Number of domains that had mail but are not listed.</summary>
    public int DomainsLeftOut { get; init; }
}

/// <summary>A count since the start, and its rate.</summary>
public sealed record SinkCount
{
    /// <summary>Since the start.</summary>
    public long Total { get; init; }

    /// <summary>Per second, over the last 1, 10 and 60 s, which are the keys.</summary>
    public IReadOnlyDictionary<string, double> PerSecond { get => field ?? ReadOnlyDictionary<string, double>.Empty; init; }
}

/// <summary>Recipients by outcome.</summary>
public sealed record RecipientCounts
{
    /// <summary>Accepted.</summary>
    public SinkCount Accepted { get => field ?? new(); init; }

    /// <summary>Refused temporarily.</summary>
    [JsonPropertyName("tempfail")]
    public SinkCount TempFail { get => field ?? new(); init; }

    /// <summary>Refused permanently.</summary>
    [JsonPropertyName("permfail")]
    public SinkCount PermFail { get => field ?? new(); init; }
}

/// <summary>Recipients of one entry of the policy since the start.</summary>
public sealed record DomainStats
{
    /// <summary>The entry, <c>other</c> for those without one.</summary>
    public string Domain { get => field ?? ""; init; }

    /// <summary>All recipients.</summary>
    public long Recipients { get; init; }

    /// <summary>Accepted.</summary>
    public long Accepted { get; init; }

    /// <summary>Refused temporarily.</summary>
    [JsonPropertyName("tempfail")]
    public long TempFail { get; init; }

    /// <summary>Refused permanently.</summary>
    [JsonPropertyName("permfail")]
    public long PermFail { get; init; }

    /// <summary>Recipients per second, over the last 1, 10 and 60 s, which are the keys.</summary>
    public IReadOnlyDictionary<string, double> PerSecond { get => field ?? ReadOnlyDictionary<string, double>.Empty; init; }

    /// <summary>The shares so far; null before the first.</summary>
    public OutcomeShares? Observed { get; init; }

    /// <summary>The shares set by the policy.</summary>
    public OutcomeShares? Expected { get; init; }

    /// <summary>The most frequent refusal; null before the first.</summary>
    public TopReply? TopReply { get; init; }
}

/// <summary>A refusal, and how often it was given.</summary>
public sealed record TopReply
{
    /// <summary>The code.</summary>
    public int Code { get; init; }

    /// <summary>The reason, one of the policy's labels; null if it has none.</summary>
    public string? Label { get; init; }

    /// <summary>The text.</summary>
    public string? Text { get; init; }

    /// <summary>How often.</summary>
    public long Count { get; init; }
}

/// <summary>What a check of a policy file found.</summary>
public sealed record PolicyCheck
{
    /// <summary>Whether the sink would take it.</summary>
    public bool Valid { get; init; }

    /// <summary>Mistakes that keep it from being taken.</summary>
    public int Errors { get; init; }

    /// <summary>What is probably not meant so.</summary>
    public int Warnings { get; init; }

    /// <summary>Each of them, with its place.</summary>
    public IReadOnlyList<PolicyDiagnostic> Diagnostics { get => field ?? []; init; }
}

/// <summary>Something that was found in a policy file.</summary>
public sealed record PolicyDiagnostic
{
    /// <summary>The file.</summary>
    public string? File { get; init; }

    /// <summary>From 1.</summary>
    public int Line { get; init; }

    /// <summary>From 1.</summary>
    public int Column { get; init; }

    /// <summary><c>error</c> or <c>warning</c>.</summary>
    public string Severity { get => field ?? ""; init; }

    /// <summary>What.</summary>
    public string Message { get => field ?? ""; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{File}({Line},{Column}): {Severity}: {Message}";
}

/// <summary>What came of reading files anew.</summary>
public sealed record SinkReload
{
    /// <summary>Which files: the policy, certificates, users.</summary>
    public string Name { get => field ?? ""; init; }

    /// <summary><c>applied</c>, <c>unchanged</c>, <c>rejected</c>, or <c>skipped</c> where there is nothing to read.</summary>
    public string Result { get => field ?? ""; init; }

    /// <summary>The diagnostics.</summary>
    public IReadOnlyList<string> Diagnostics { get => field ?? []; init; }
}
