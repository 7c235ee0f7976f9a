using System.Globalization;
using System.Text.Json;

namespace SmartSink.Toml.Tests.Models;

/// <summary>
/// One line that shows a value exactly: <c>{a: 1, b: 1.5f, c: "x", d: [true], e: @1979-05-27}</c>. Quotes around keys only where needed.
/// </summary>
internal static class Notation
{
    private const string Time = "HH:mm:ss.FFFFFFF";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In the order of the document.</summary>
    public static string Of(ModelTable table) => Of(table, sort: false);

    /// <summary>With keys in ordinal order, for documents that need not keep it.</summary>
    public static string Sorted(ModelTable table) => Of(table, sort: true);

    private static string Of(object value, bool sort) => value switch
    {
        string text => JsonSerializer.Serialize(text, Plain),
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture) + "f",
        bool truth => truth ? "true" : "false",
        (TomlDate date, TimeOnly time, TimeSpan offset) => $"@{date}T{time.ToString(Time, CultureInfo.InvariantCulture)}{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh\\:mm}",
        (TomlDate date, TimeOnly time) => $"@{date}T{time.ToString(Time, CultureInfo.InvariantCulture)}",
        TomlDate date => $"@{date}",
        TimeOnly time => "@" + time.ToString(Time, CultureInfo.InvariantCulture),
        object[] array => $"[{string.Join(", ", array.Select(element => Of(element, sort)))}]",
        ModelTable table => $"{{{string.Join(", ", Entries(table, sort).Select(entry => $"{Key(entry.Key)}: {Of(entry.Value, sort)}"))}}}",
        _ => throw new ArgumentException($"unknown type {value.GetType()}", nameof(value)),
    };

    private static IEnumerable<KeyValuePair<string, object>> Entries(ModelTable table, bool sort)
        => sort ? table.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal) : table.Entries;

    private static string Key(string key)
        => key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : JsonSerializer.Serialize(key, Plain);
}
