using System.Globalization;
using System.Text;

namespace SmartSink.Shared;

/// <summary>Texts from outside, on their way into a line that a person or a program reads.</summary>
internal static class OneLine
{
    /// <summary>
    /// A text with its control characters (C0, DEL and C1), line and paragraph separators and marks of direction written as <c>\uXXXX</c>, so that
    /// it can neither end a line nor change how the rest of it is shown. The same string when it has none.
    /// </summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') || !text.Any(IsEscaped))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            _ = IsEscaped(character) ? line.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}") : line.Append(character);
        }

        return line.ToString();
    }

    // U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069 turn the direction of what stands behind them.
    private static bool IsEscaped(char character) =>
        char.IsControl(character) || character is '\u2028' or '\u2029' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
