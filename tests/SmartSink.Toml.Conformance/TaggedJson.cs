using System.Globalization;
using System.Text.Json;

namespace SmartSink.Toml.Conformance;

/// <summary>
/// The JSON in which decoders answer to the public toml-test suite: a table is an object, an array an array, and any other value
/// <c>{"type": …, "value": …}</c> with the value as a string.
/// </summary>
public static class TaggedJson
{
    /// <summary>Writes a table as UTF-8 and flushes.</summary>
    public static void Write(TomlTable table, Stream output)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        Write(writer, table);
    }

    private static void Write(Utf8JsonWriter writer, TomlValue value)
    {
        switch (value)
        {
            case TomlTable table:
                writer.WriteStartObject();
                foreach (var entry in table.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case TomlArray array:
                writer.WriteStartArray();
                foreach (var element in array)
                {
                    Write(writer, element);
                }

                writer.WriteEndArray();
                break;
            default:
                var (type, text) = Tagged(value);
                writer.WriteStartObject();
                writer.WriteString("type", type);
                writer.WriteString("value", text);
                writer.WriteEndObject();
                break;
        }
    }

    private static (string Type, string Text) Tagged(TomlValue value) => value switch
    {
        TomlString text => ("string", text.Value),
        TomlInteger integer => ("integer", integer.Value.ToString(CultureInfo.InvariantCulture)),
        TomlFloat number => ("float", Tagged(number.Value)),
        TomlBoolean truth => ("bool", truth.Value ? "true" : "false"),
        TomlOffsetDateTime moment => ("datetime", $"{moment.Date}T{Tagged(moment.Time)}{Tagged(moment.Offset)}"),
        TomlLocalDateTime time => ("datetime-local", $"{time.Date}T{Tagged(time.Time)}"),
        TomlLocalDate date => ("date-local", date.Value.ToString()),
        TomlLocalTime time => ("time-local", Tagged(time.Value)),
        _ => throw new ArgumentException($"not a single value: {value.Kind}", nameof(value)),
    };

    private static string Tagged(TimeOnly time) => time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);

    private static string Tagged(TimeSpan offset) =>
        (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);

    private static string Tagged(double number) => number switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        double.NaN => "nan",
        _ => number.ToString("R", CultureInfo.InvariantCulture),
    };
}
