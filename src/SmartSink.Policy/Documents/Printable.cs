using System.Text;

namespace SmartSink.Policy.Documents;

/// <summary>Makes text from a file fit for one line of a terminal or a log.</summary>
internal static class Printable
{
    /// <summary>The text with control characters written as <c>\u000A</c>.</summary>
    public static string Of(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var printable = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = char.IsControl(c) ? printable.Append($"\\u{(int)c:X4}") : printable.Append(c);
        }

        return printable.ToString();
    }
}
