using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>Whether the ledger is on, and how much it holds.</summary>
public sealed record SinkLedger
{
    /// <summary>Whether it records.</summary>
    public bool On { get; init; }

    /// <summary>When the first of what is kept happened; null before that.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Senders known.</summary>
    public int Senders { get; init; }

    /// <summary>Load-generator runs known.</summary>
    public int Runs { get; init; }

    /// <summary>Memory used, in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>The most bytes it may use.</summary>
    public long Limit { get; init; }

    /// <summary>Facts that were forgotten for lack of memory.</summary>
    public long Forgotten { get; init; }

    /// <summary>Events that came in too fast to be recorded.</summary>
    public long Dropped { get; init; }
}

/// <summary>What became of a run, by message number. The sender names both in its reverse-path, <c>anything+RUN/NUMBER@…</c>, or in the header <c>X-SmartSink-Run: RUN/NUMBER</c>.</summary>
public sealed record SinkRun
{
    /// <summary>Its id.</summary>
    public string Run { get => field ?? ""; init; }

    /// <summary>The lowest number that arrived.</summary>
    public long Lowest { get; init; }

    /// <summary>The highest number that arrived; -1 if only bounces did.</summary>
    public long Highest { get; init; }

    /// <summary>Whether something was forgotten since the run began, so that a number missing here may have arrived.</summary>
    public bool Partial { get; init; }

    /// <summary>Messages accepted for at least one recipient.</summary>
    public IReadOnlyList<NumberRange> Accepted { get => field ?? []; init; }

    /// <summary>Messages permanently refused, and accepted for no recipient.</summary>
    public IReadOnlyList<NumberRange> Refused { get => field ?? []; init; }

    /// <summary>Messages temporarily refused at the last attempt.</summary>
    public IReadOnlyList<NumberRange> Waiting { get => field ?? []; init; }

    /// <summary>Messages that a message from the null sender returned.</summary>
    public IReadOnlyList<NumberRange> Bounced { get => field ?? []; init; }

    /// <summary>Messages that were accepted again.</summary>
    public IReadOnlyList<RunDuplicate> Duplicates { get => field ?? []; init; }

    /// <summary>The last attempt for those refused and waiting, lowest numbers first, at most 10,000.</summary>
    public IReadOnlyList<RunAttempt> Last { get => field ?? []; init; }
}

/// <summary>A message that was accepted again.</summary>
public sealed record RunDuplicate
{
    /// <summary>Its number.</summary>
    public long Number { get; init; }

    /// <summary>How often it was accepted again.</summary>
    public int Times { get; init; }

    /// <summary>How many of those are excused by a reply that the sink lost on purpose.</summary>
    public int Excused { get; init; }
}

/// <summary>The last attempt for a message.</summary>
public sealed record RunAttempt
{
    /// <summary>Its number.</summary>
    public long Number { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>When the messages of a run were first accepted.</summary>
public sealed record SinkRunTimes
{
    /// <summary>Its id.</summary>
    public string Run { get => field ?? ""; init; }

    /// <summary>The sink's clock at the time of the answer.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>When the first recipient of the run was accepted.</summary>
    public DateTimeOffset Began { get; init; }

    /// <summary>The number to which the first of the times belongs.</summary>
    public long From { get; init; }

    /// <summary>The highest number that arrived.</summary>
    public long Highest { get; init; }

    /// <summary>Milliseconds from <see cref="Began"/> until the first recipient of each number was accepted; null if none was.</summary>
    public IReadOnlyList<long?> Times { get => field ?? []; init; }
}

/// <summary>Message numbers in a row.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last, which belongs to it.</param>
[JsonConverter(typeof(NumberRangeConverter))]
public readonly record struct NumberRange(long First, long Last)
{
    /// <summary>How many there are.</summary>
    public long Count => Last - First + 1;

    /// <summary>Whether a number is one of them.</summary>
    public bool Contains(long number) => number >= First && number <= Last;

    /// <summary>As in the API: <c>0-99</c>, <c>101</c>.</summary>
    public override string ToString() => First == Last ? First.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}

/// <summary>A range as the API writes it, <c>0-99</c> or <c>101</c>.</summary>
internal sealed class NumberRangeConverter : JsonConverter<NumberRange>
{
    public override NumberRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString() ?? "";
        var hyphen = text.IndexOf('-', StringComparison.Ordinal);
        return long.TryParse(hyphen < 0 ? text : text.AsSpan(0, hyphen), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(text.AsSpan(hyphen + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            ? new NumberRange(first, last)
            : throw new JsonException($"\"{text}\" is not a range of numbers");
    }

    public override void Write(Utf8JsonWriter writer, NumberRange value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
