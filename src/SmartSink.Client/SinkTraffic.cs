using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>What came in during each of the last whole seconds, oldest first.</summary>
public sealed record SinkHistory
{
    /// <summary>Unix time, in seconds, at which the last one ended.</summary>
    public long Until { get; init; }

    /// <summary>Length of each, in seconds.</summary>
    public int Step { get; init; }

    /// <summary>Recipients accepted.</summary>
    public IReadOnlyList<long> Accepted { get => field ?? []; init; }

    /// <summary>Recipients refused temporarily.</summary>
    [JsonPropertyName("tempfail")]
    public IReadOnlyList<long> TempFail { get => field ?? []; init; }

    /// <summary>Recipients refused permanently.</summary>
    [JsonPropertyName("permfail")]
    public IReadOnlyList<long> PermFail { get => field ?? []; init; }

    /// <summary>Messages that reached end of data.</summary>
    public IReadOnlyList<long> Messages { get => field ?? []; init; }

    /// <summary>Connections open at the end of each.</summary>
    public IReadOnlyList<int> Connections { get => field ?? []; init; }
}

/// <summary>A page of open connections.</summary>
public sealed record SinkConnections
{
    /// <summary>How many are open in all.</summary>
    public int Open { get; init; }

    /// <summary>Those of the page, by number.</summary>
    public IReadOnlyList<SinkConnection> Connections { get => field ?? []; init; }

    /// <summary>Where the next page begins; null after the last one.</summary>
    public long? Next { get; init; }
}

/// <summary>An open connection.</summary>
public sealed record SinkConnection
{
    /// <summary>Its number, as in log and events.</summary>
    public long Id { get; init; }

    /// <summary>The listener's name.</summary>
    public string Listener { get => field ?? ""; init; }

    /// <summary>The client's address.</summary>
    public string Client { get => field ?? ""; init; }

    /// <summary>When it was accepted, to a tenth of a second.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>What it is doing, such as <c>idle</c>, <c>rcpt</c> or <c>delayed</c>; docs/api.md lists the words.</summary>
    public string State { get => field ?? ""; init; }

    /// <summary>The name given with EHLO or HELO; null before that.</summary>
    public string? Helo { get; init; }

    /// <summary>The user it logged in as; null if none.</summary>
    public string? User { get; init; }

    /// <summary>The version of TLS, such as <c>1.3</c>; null without TLS.</summary>
    public string? Tls { get; init; }

    /// <summary>Messages that reached end of data.</summary>
    public int Messages { get; init; }
}

/// <summary>The client networks that send.</summary>
public sealed record SinkSenders
{
    /// <summary>Those with most recipients first.</summary>
    public IReadOnlyList<SinkSender> Senders { get => field ?? []; init; }

    /// <summary>Number of networks that are not listed.</summary>
    public long LeftOut { get; init; }

    /// <summary>Temporarily refused recipients that were dropped from memory, so that their retries were not recognised.</summary>
    public long RetriesUnseen { get; init; }
}

/// <summary>A client network since it was first seen.</summary>
public sealed record SinkSender
{
    /// <summary>An IPv4 address with <c>/32</c>, or 64 bits of an IPv6 address.</summary>
    public string Client { get => field ?? ""; init; }

    /// <summary>Open connections.</summary>
    public int ConnectionsOpen { get; init; }

    /// <summary>Connections opened.</summary>
    public long Connections { get; init; }

    /// <summary>Messages that reached end of data.</summary>
    public long Messages { get; init; }

    /// <summary>Recipients that had an outcome.</summary>
    public long Recipients { get; init; }

    /// <summary>Recipients refused, and greetings, EHLO and MAIL.</summary>
    public long Refused { get; init; }

    /// <summary>When its first connection began.</summary>
    public DateTimeOffset FirstSeen { get; init; }

    /// <summary>When it last opened a connection or named a recipient.</summary>
    public DateTimeOffset LastSeen { get; init; }

    /// <summary>Recipients tried again after a temporary refusal, by the same sender.</summary>
    public long Retries { get; init; }

    /// <summary>The time between such a refusal and the next attempt; null before the first.</summary>
    public RetryGaps? RetryGapSeconds { get; init; }
}

/// <summary>Times in seconds.</summary>
public sealed record RetryGaps
{
    /// <summary>The median, accurate to 7 %.</summary>
    public double P50 { get; init; }

    /// <summary>The 90th percentile, accurate to 7 %.</summary>
    public double P90 { get; init; }

    /// <summary>The longest.</summary>
    public double Max { get; init; }
}

/// <summary>The messages whose headers the sink kept.</summary>
public sealed record SinkSamples
{
    /// <summary>Which share of messages is kept, such as <c>1/1000</c>; <c>off</c> if none.</summary>
    public string Sample { get => field ?? ""; init; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<SampledMessage> Messages { get => field ?? []; init; }
}

/// <summary>A message of which the header was kept.</summary>
public sealed record SampledMessage
{
    /// <summary>Increases by one for each.</summary>
    public long Id { get; init; }

    /// <summary>When it reached end of data.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The transaction's id, as in log and events.</summary>
    public string Transaction { get => field ?? ""; init; }

    /// <summary>The client's address.</summary>
    public string Client { get => field ?? ""; init; }

    /// <summary>The user it logged in as; null if none.</summary>
    public string? User { get; init; }

    /// <summary>The sender, empty for the null sender.</summary>
    public string Sender { get => field ?? ""; init; }

    /// <summary>The outcome.</summary>
    public SinkOutcome Outcome { get; init; }

    /// <summary>The reply's code.</summary>
    public int Code { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>The header as sent, at most 8 kB of it, without the empty line after it. Lines that begin with a dot have it doubled.</summary>
    public string Header { get => field ?? ""; init; }
}
