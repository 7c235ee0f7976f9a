using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>
/// What a sink does for a while instead of following its policy. It has conditions (all those given must match, and at least one is required)
/// and an action: rates, a reply, acceptance, a delay or a fault.
/// </summary>
public sealed record SinkOverride
{
    /// <summary>The recipients' domain, <c>yahoo.com</c> or <c>*.example</c>.</summary>
    public string? Domain { get; init; }

    /// <summary>The recipient, a pattern in which <c>*</c> and <c>?</c> are wildcards.</summary>
    public string? Recipient { get; init; }

    /// <summary>The sender, a pattern as for <see cref="Recipient"/>.</summary>
    public string? Sender { get; init; }

    /// <summary>The client's address or network, <c>192.0.2.0/24</c>.</summary>
    public string? Client { get; init; }

    /// <summary>When it acts: <c>connect</c>, <c>ehlo</c>, <c>mail</c>, <c>rcpt</c> or <c>data</c>.</summary>
    public string? Stage { get; init; }

    /// <summary>Percent of recipients that are refused temporarily.</summary>
    public double? Defer { get; init; }

    /// <summary>Percent of recipients that are refused permanently.</summary>
    public double? Bounce { get; init; }

    /// <summary>The reply to give.</summary>
    public SinkReply? Reply { get; init; }

    /// <summary>Whether everything is accepted.</summary>
    public bool Accept { get; init; }

    /// <summary>How long replies are delayed, rounded to milliseconds.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>What goes wrong with the connection, a word of the policy's <c>[[fault]]</c> such as <c>drop</c>.</summary>
    public string? Fault { get; init; }

    /// <summary>At which point of the end of data an <c>accept-then-drop</c> goes wrong: <c>before</c>, <c>within</c> or <c>after</c> the reply.</summary>
    public string? When { get; init; }

    /// <summary>Percent of the matches that it acts on; 100 by default.</summary>
    public double? Share { get; init; }

    /// <summary>How often it acts before it ends; unlimited by default.</summary>
    public int? Times { get; init; }

    /// <summary>How long it lasts; ten minutes by default, so that it cannot be left on by accident.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>What it is called in the log, in <c>explain</c> and on the page.</summary>
    public string? Name { get; init; }

    internal OverrideRequest ToRequest() => new(
        new OverrideMatch { Domains = Domain is null ? null : [Domain], Recipient = Recipient, Sender = Sender, Client = Client, Stage = Stage },
        new OverrideAction { Defer = Defer, Bounce = Bounce, Reply = Reply, Accept = Accept ? true : null, Delay = Write(Delay), Fault = Fault, When = When },
        Share,
        Times,
        Write(For),
        Name);

    /// <summary>A time as written in the policy: 90s, 250ms.</summary>
    internal static string? Write(TimeSpan? time) => time switch
    {
        null => null,
        { } value when value.Ticks % TimeSpan.TicksPerSecond == 0 => string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / TimeSpan.TicksPerSecond}s"),
        { } value => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(value.TotalMilliseconds)}ms"),
    };
}

/// <summary>A reply as written in the policy.</summary>
/// <param name="Code">400 to 599, of three digits.</param>
/// <param name="Msg">The text, with the enhanced code at its start; <c>\n</c> begins a new line, and the policy's placeholders are filled in.</param>
public sealed record SinkReply(int Code, string Msg)
{
    /// <summary>The reason, one of the policy's labels, as shown in metrics and events.</summary>
    public string? Label { get; init; }

    /// <summary>Whether the connection is closed after it; null if the code decides.</summary>
    public bool? Close { get; init; }
}

/// <summary>An override in force at a sink.</summary>
public sealed record ActiveOverride
{
    /// <summary>The sink's id for it.</summary>
    public string Id { get => field ?? ""; init; }

    /// <summary>Its name, or a description of what it does if it was given none.</summary>
    public string? Name { get; init; }

    /// <summary>What it matches.</summary>
    public OverrideMatch Match { get => field ?? new(); init; }

    /// <summary>What it does.</summary>
    public OverrideAction Do { get => field ?? new(); init; }

    /// <summary>Percent of the matches that it acts on.</summary>
    public double Share { get; init; }

    /// <summary>How often it acts before it ends; null for no limit.</summary>
    public long? Times { get; init; }

    /// <summary>How often it has acted.</summary>
    public long Acted { get; init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Seconds until it ends.</summary>
    public double LeftSeconds { get; init; }
}

/// <summary>What an override matches; see <see cref="SinkOverride"/> for each member.</summary>
public sealed record OverrideMatch
{
    /// <summary>The recipients' domains; null for all.</summary>
    [JsonPropertyName("domain")]
    [JsonConverter(typeof(OneOrMore))]
    public IReadOnlyList<string>? Domains { get; init; }

    /// <inheritdoc cref="SinkOverride.Recipient"/>
    public string? Recipient { get; init; }

    /// <inheritdoc cref="SinkOverride.Sender"/>
    public string? Sender { get; init; }

    /// <inheritdoc cref="SinkOverride.Client"/>
    public string? Client { get; init; }

    /// <inheritdoc cref="SinkOverride.Stage"/>
    public string? Stage { get; init; }
}

/// <summary>What an override does; see <see cref="SinkOverride"/> for each member.</summary>
public sealed record OverrideAction
{
    /// <inheritdoc cref="SinkOverride.Defer"/>
    public double? Defer { get; init; }

    /// <inheritdoc cref="SinkOverride.Bounce"/>
    public double? Bounce { get; init; }

    /// <inheritdoc cref="SinkOverride.Reply"/>
    public SinkReply? Reply { get; init; }

    /// <inheritdoc cref="SinkOverride.Accept"/>
    public bool? Accept { get; init; }

    /// <summary>How long replies are delayed, as written: <c>5s</c>.</summary>
    public string? Delay { get; init; }

    /// <inheritdoc cref="SinkOverride.Fault"/>
    public string? Fault { get; init; }

    /// <inheritdoc cref="SinkOverride.When"/>
    public string? When { get; init; }
}

/// <summary>An override added by the caller, which is removed when disposed.</summary>
public sealed class OverrideLease : IAsyncDisposable
{
    private readonly SmartSinkClient _sink;
    private int _isGone;

    internal OverrideLease(SmartSinkClient sink, ActiveOverride added)
    {
        _sink = sink;
        Added = added;
    }

    /// <summary>The override as the sink accepted it; <see cref="SmartSinkClient.GetOverrideAsync"/> returns how often it has acted since.</summary>
    public ActiveOverride Added { get; }

    /// <summary>The sink's id for it.</summary>
    public string Id => Added.Id;

    /// <summary>Removes the override; it is not an error if it has already ended.</summary>
    /// <exception cref="SmartSinkException">The sink refused.</exception>
    /// <exception cref="HttpRequestException">The sink cannot be reached. The override still ends when its time is over.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isGone, 1) == 0)
        {
            await _sink.RemoveOverrideAsync(Id).ConfigureAwait(false);
        }
    }
}

/// <summary>The body of a request for an override.</summary>
internal sealed record OverrideRequest(OverrideMatch Match, OverrideAction Do, double? Share, int? Times, string? For, string? Name);

/// <summary>A list of words that may be written as one word where it has but one.</summary>
internal sealed class OneOrMore : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return [reader.GetString()!];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }

        var words = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
        {
            words.Add(reader.GetString()!);
        }

        return reader.TokenType == JsonTokenType.EndArray ? words : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value is [var only])
        {
            writer.WriteStringValue(only);
            return;
        }

        writer.WriteStartArray();
        foreach (var word in value)
        {
            writer.WriteStringValue(word);
        }

        writer.WriteEndArray();
    }
}
