using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>What became of a recipient or a message.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SinkOutcome>))]
public enum SinkOutcome
{
    /// <summary>2yz: taken, and thrown away.</summary>
    [JsonStringEnumMemberName("accepted")]
    Accepted,

    /// <summary>4yz: refused for now.</summary>
    [JsonStringEnumMemberName("tempfail")]
    TempFail,

    /// <summary>5yz: refused for good.</summary>
    [JsonStringEnumMemberName("permfail")]
    PermFail,
}

/// <summary>Something that happened at the sink. One of a kind that this library does not know is of this type itself.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind", IgnoreUnrecognizedTypeDiscriminators = true)]
[JsonDerivedType(typeof(RefusalEvent), "refusal")]
[JsonDerivedType(typeof(MessageEvent), "message")]
[JsonDerivedType(typeof(ConnectionEvent), "connection")]
[JsonDerivedType(typeof(OverrideEvent), "override")]
[JsonDerivedType(typeof(ReloadEvent), "reload")]
[JsonDerivedType(typeof(ScheduleEvent), "schedule")]
[JsonDerivedType(typeof(SampledEvent), "sampled")]
public record SinkEvent
{
    /// <summary>Its number; numbers rise.</summary>
    public long Id { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>A refused recipient.</summary>
public sealed record RefusalEvent : SinkEvent
{
    /// <summary>The client's address.</summary>
    public string? Client { get; init; }

    /// <summary>Who has logged in; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>The transaction's id, as the log has it.</summary>
    public string? Transaction { get; init; }

    /// <summary>At which point of the dialog: <c>connect</c>, <c>ehlo</c>, <c>mail</c>, <c>rcpt</c> or <c>data</c>.</summary>
    public string? Stage { get; init; }

    /// <summary>The sender, empty for the null sender.</summary>
    public string? Sender { get; init; }

    /// <summary>Who was refused.</summary>
    public string? Recipient { get; init; }

    /// <summary>The policy's entry that decided, <c>other</c> for those without one.</summary>
    public string? Domain { get; init; }

    /// <summary>For now or for good.</summary>
    public SinkOutcome Outcome { get; init; }

    /// <summary>The reply's code.</summary>
    public int Code { get; init; }

    /// <summary>The reason, one of the policy's labels; null if it has none.</summary>
    public string? Label { get; init; }

    /// <summary>The whole reply, lines separated by <c>\n</c>.</summary>
    public string Reply { get => field ?? ""; init; }
}

/// <summary>The end of a message.</summary>
public sealed record MessageEvent : SinkEvent
{
    /// <summary>The client's address.</summary>
    public string? Client { get; init; }

    /// <summary>Who has logged in; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>The transaction's id, as the log has it.</summary>
    public string? Transaction { get; init; }

    /// <summary>The sender, empty for the null sender.</summary>
    public string? Sender { get; init; }

    /// <summary>What became of it.</summary>
    public SinkOutcome Outcome { get; init; }

    /// <summary>The reply's code.</summary>
    public int Code { get; init; }

    /// <summary>The first of its recipients, at most twenty.</summary>
    public IReadOnlyList<MessageRecipient> Recipients { get => field ?? []; init; }

    /// <summary>How many there were.</summary>
    public int RecipientCount { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>From MAIL to the end of the data.</summary>
    public double Milliseconds { get; init; }
}

/// <summary>A recipient of a message, and its outcome.</summary>
public sealed record MessageRecipient(string Recipient, SinkOutcome Outcome);

/// <summary>The end of a connection.</summary>
public sealed record ConnectionEvent : SinkEvent
{
    /// <summary>The client's address.</summary>
    public string? Client { get; init; }

    /// <summary>The listener that accepted it.</summary>
    public string? Listener { get; init; }

    /// <summary>Why it ended: a <c>reason</c> of <c>smartsink_connections_closed_total</c>.</summary>
    public string? Reason { get; init; }
}

/// <summary>An override began or ended.</summary>
public sealed record OverrideEvent : SinkEvent
{
    /// <summary><c>added</c>, <c>ended</c> when its time was over, or <c>removed</c>.</summary>
    public string? Action { get; init; }

    /// <summary>Which.</summary>
    public string? OverrideId { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }
}

/// <summary>Files were reloaded.</summary>
public sealed record ReloadEvent : SinkEvent
{
    /// <summary>Which files: the policy, certificates, users.</summary>
    public string? Name { get; init; }

    /// <summary><c>applied</c>, <c>rejected</c> or <c>unchanged</c>.</summary>
    public string? Result { get; init; }

    /// <summary>The diagnostics.</summary>
    public IReadOnlyList<string> Diagnostics { get => field ?? []; init; }
}

/// <summary>A schedule of the policy began or ended.</summary>
public sealed record ScheduleEvent : SinkEvent
{
    /// <summary>Which.</summary>
    public string? Name { get; init; }

    /// <summary><c>began</c> or <c>ended</c>.</summary>
    public string? Action { get; init; }
}

/// <summary>More happened than the sink reports.</summary>
public sealed record SampledEvent : SinkEvent
{
    /// <summary>How many events were left out since the last of these.</summary>
    public long LeftOut { get; init; }
}

/// <summary>Which events are wanted; all properties that are set must match.</summary>
public sealed record EventFilter
{
    /// <summary>Only of this kind, such as <c>refusal</c>; separate several with commas.</summary>
    public string? Kind { get; init; }

    /// <summary>Only for this policy entry.</summary>
    public string? Domain { get; init; }

    /// <summary>Only from this client address or network.</summary>
    public string? Client { get; init; }

    /// <summary>Only with this outcome.</summary>
    public SinkOutcome? Outcome { get; init; }
}
