using System.Globalization;
using System.Text;

namespace SmartSink.Toml.Tests.Models;

/// <summary>Writes single values, each in one of the ways that the format allows for it.</summary>
internal sealed class TextPrinter(Random random)
{
    private const string Time = "HH:mm:ss.FFFFFFF";

    public static bool IsBare(string key) => key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public string Key(string key) => random.Next(3) switch
    {
        0 when IsBare(key) => key,
        1 when IsLiteral(key) => $"'{key}'",
        _ => IsBare(key) && random.Next(2) == 0 ? key : Basic(key),
    };

    public string Scalar(object value) => value switch
    {
        string text => String(text),
        long number => Integer(number),
        double number => Float(number),
        bool truth => truth ? "true" : "false",
        (TomlDate date, TimeOnly time, TimeSpan offset) => DateAndTime(date, time) + Offset(offset),
        (TomlDate date, TimeOnly time) => DateAndTime(date, time),
        TomlDate date => date.ToString(),
        TimeOnly time => time.ToString(Time, CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"not a single value: {value.GetType()}", nameof(value)),
    };

    /// <summary>Blanks, at least as many as asked.</summary>
    public string Blanks(int least = 0) => string.Concat(Enumerable.Range(0, least + random.Next(3)).Select(_ => random.Next(3) == 0 ? '\t' : ' '));

    private static bool IsLiteral(string text) => !text.Any(c => c == '\'' || (char.IsControl(c) && c != '\t'));

    private static bool IsMultiLineLiteral(string text)
        => !text.Any(c => char.IsControl(c) && c is not ('\t' or '\n')) && !text.Contains("'''", StringComparison.Ordinal);

    private string String(string text) => random.Next(4) switch
    {
        0 when IsLiteral(text) => $"'{text}'",
        1 when IsMultiLineLiteral(text) => $"'''\n{text}'''",
        2 => MultiLine(text),
        _ => Basic(text),
    };

    private string Basic(string text)
        => $"\"{string.Concat(text.EnumerateRunes().Select(rune => MustEscape(rune) || random.Next(8) == 0 ? Escape(rune) : rune.ToString()))}\"";

    private string MultiLine(string text)
    {
        var content = new StringBuilder("\"\"\"\n");
        var isTrimming = false;
        foreach (var rune in text.EnumerateRunes())
        {
            // White space after a line-ending backslash would be dropped with it.
            var isVisible = !MustEscape(rune) || (rune.Value == '\n' && !isTrimming);
            isVisible &= !(isTrimming && rune.Value is ' ' or '\t');
            content.Append(isVisible ? rune.ToString() : $"\\U{rune.Value:X8}");
            isTrimming = random.Next(8) == 0;
            if (isTrimming)
            {
                content.Append('\\').Append(Blanks()).Append("\n\n \t");
            }
        }

        return content.Append("\"\"\"").ToString();
    }

    private static bool MustEscape(Rune rune) => rune.Value is '"' or '\\' or 0x7F || (rune.Value < 32 && rune.Value != '\t');

    private string Escape(Rune rune) => rune.Value switch
    {
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        '"' => "\\\"",
        '\\' => "\\\\",
        <= 0xFFFF when random.Next(2) == 0 => $"\\u{rune.Value:x4}",
        _ => $"\\U{rune.Value:X8}",
    };

    private string Integer(long number) => random.Next(5) switch
    {
        0 when number >= 0 => $"0x{number:x}",
        1 when number >= 0 => $"0o{Convert.ToString(number, 8)}",
        2 when number >= 0 => $"0b{Convert.ToString(number, 2)}",
        3 => (number >= 0 ? "+" : "") + number.ToString("#,##0", CultureInfo.InvariantCulture).Replace(',', '_'),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private static string Float(double number) => number switch
    {
        double.NaN => "nan",
        double.PositiveInfinity => "+inf",
        double.NegativeInfinity => "-inf",
        _ => number.ToString("E16", CultureInfo.InvariantCulture),
    };

    private string DateAndTime(TomlDate date, TimeOnly time)
        => $"{date}{"Tt "[random.Next(3)]}{time.ToString(Time, CultureInfo.InvariantCulture)}";

    private string Offset(TimeSpan offset) => offset == TimeSpan.Zero && random.Next(2) == 0
        ? random.Next(2) == 0 ? "Z" : "z"
        : (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hh\\:mm", CultureInfo.InvariantCulture);
}
