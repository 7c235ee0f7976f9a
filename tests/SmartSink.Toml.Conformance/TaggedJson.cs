using System.Globalization;
using System.Text.Json;

namespace SmartSink.Toml.Conformance;

/// <summary>
/// The JSON in which decoders answer to the public toml-test suite: a table is an object, an array an array, and any other value
/// <c>{"type": …, "value": …}</c> with the value as a string.
/// </summary>
public static class TaggedJson
{
    private const string Date = "yyyy-MM-dd";
    private const string Time = "HH:mm:ss.FFFFFFF";

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
        TomlOffsetDateTime moment => ("datetime", moment.Value.ToString($"{Date}T{Time}zzz", CultureInfo.InvariantCulture)),
        TomlLocalDateTime time => ("datetime-local", time.Value.ToString($"{Date}T{Time}", CultureInfo.InvariantCulture)),
        TomlLocalDate date => ("date-local", date.Value.ToString(Date, CultureInfo.InvariantCulture)),
        TomlLocalTime time => ("time-local", time.Value.ToString(Time, CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException($"not a single value: {value.Kind}", nameof(value)),
    };

    private static string Tagged(double number) => number switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        double.NaN => "nan",
        _ => number.ToString("R", CultureInfo.InvariantCulture),
    };
}
