using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartSink.Behaviour.Rules;

/// <summary>An override as written by a user. Null values were not given.</summary>
internal sealed record OverrideText
{
    /// <summary>The recipients' domain, and the client, sender and recipient to which it applies.</summary>
    public OverrideMatch Match { get; init; } = new();

    /// <summary>What happens to them.</summary>
    public OverrideAction Do { get; init; } = new();

    /// <summary>The percentage of the cases to which it applies in which it acts, more than 0 to 100; 100 unless given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Share { get; init; }

    /// <summary>How often it acts, at least 1; unless given, as often as it applies while it lasts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Times { get; init; }

    /// <summary>How long it lasts, such as <c>5m</c>: more than 0, at most 24 hours; 10 minutes unless given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? For { get; init; }

    /// <summary>Its name in the log, events and lists; unless given, what it does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }
}

/// <summary>To whom an override applies. What is not given is not restricted.</summary>
internal sealed record OverrideMatch
{
    /// <summary>Names and patterns of recipients' domains, one of which must match.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonConverter(typeof(OneOrMany))]
    public IReadOnlyList<string>? Domain { get; init; }

    /// <summary>A mailbox in which <c>*</c> stands for any characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Recipient { get; init; }

    /// <summary>Likewise for the sender; empty for the null sender.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sender { get; init; }

    /// <summary>An address or network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Client { get; init; }

    /// <summary>
    /// <c>connect</c>, <c>ehlo</c>, <c>mail</c>, <c>rcpt</c> or <c>data</c>; unless
    /// given, <c>rcpt</c>, or <c>data</c> for accept-then-drop.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Stage { get; init; }
}

/// <summary>What an override does: exactly one of rates, a reply, acceptance, a delay and a fault.</summary>
internal sealed record OverrideAction
{
    /// <summary>The percentage of recipients that are refused temporarily.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Defer { get; init; }

    /// <summary>The percentage of recipients that are refused permanently.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Bounce { get; init; }

    /// <summary>The reply given to all of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OverrideReply? Reply { get; init; }

    /// <summary>True: accepted, whatever rates and limits say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Accept { get; init; }

    /// <summary>How long the reply is delayed, written like the policy's <c>delay</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Delay { get; init; }

    /// <summary>What goes wrong, written like <c>do</c> in the policy's <c>[[fault]]</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fault { get; init; }

    /// <summary>For <c>accept-then-drop</c>: <c>before</c> the reply (unless given), <c>within</c> or <c>after</c> it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? When { get; init; }
}

/// <summary>A reply, with the same keys as in the policy.</summary>
internal sealed record OverrideReply
{
    /// <summary>400 to 599.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Code { get; init; }

    /// <summary>Its text, lines separated by line feeds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Msg { get; init; }

    /// <summary>Why it refuses; unless given, what its codes say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Label { get; init; }

    /// <summary>Whether the connection is closed after it; unless given, only after 421.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Close { get; init; }
}

/// <summary>A mistake in an override.</summary>
/// <param name="Pointer">Its location: a JSON Pointer (RFC 6901), such as <c>/do/defer</c>.</param>
/// <param name="Detail">One sentence without a full stop.</param>
internal sealed record OverrideProblem(string Pointer, string Detail);

/// <summary>A list of strings that is written as a plain string when it has only one.</summary>
internal sealed class OneOrMany : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return [reader.GetString()!];
        }

        var texts = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            texts.Add(reader.GetString()!);
        }

        return reader.TokenType == JsonTokenType.EndArray ? texts : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value is [var single])
        {
            writer.WriteStringValue(single);
            return;
        }

        writer.WriteStartArray();
        foreach (var text in value)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
