using System.Buffers;
using System.Text;

namespace SmartSink.Policy.Replies;

/// <summary>
/// Turns a reply's text, as people write it or copy it from a log, into lines fit for the wire: codes glued to a line are taken off,
/// an enhanced code at the start is repeated on every line (RFC 2034 section 4), and an empty text becomes the code's standard text.
/// </summary>
internal static class ReplyTextNormaliser
{
    /// <summary>Normalises a text. Any string is taken; the result has at least one line.</summary>
    /// <param name="code">The reply's code, 400 to 599.</param>
    /// <param name="text">Lines end at LF or CRLF. A tab counts as a space, any other control character becomes a question mark.</param>
    public static IReadOnlyList<ReplyTextLine> Normalise(int code, string text)
    {
        var lines = new List<ReplyTextLine>(1);
        foreach (var line in new TextLines(text))
        {
            lines.Add(ReadLine(code, line));
        }

        TrimBlankLines(lines);
        if (lines.Count == 0)
        {
            return [ReadLine(code, StandardTexts.Of(code))];
        }

        RepeatEnhancedCode(lines);
        return lines;
    }

    private static ReplyTextLine ReadLine(int code, ReadOnlySpan<char> raw)
    {
        var text = GluedCode.TakeOff(code, WithoutControls(raw).TrimEnd());
        var length = EnhancedCodeText.LengthAtStart(text);
        return length == 0
            ? new ReplyTextLine(string.Empty, text.ToString())
            : new ReplyTextLine(text[..length].ToString(), text[length..].TrimStart().ToString());
    }

    private static void TrimBlankLines(List<ReplyTextLine> lines)
    {
        while (lines.Count > 0 && IsBlank(lines[^1]))
        {
            lines.RemoveAt(lines.Count - 1);
        }

        while (lines.Count > 0 && IsBlank(lines[0]))
        {
            lines.RemoveAt(0);
        }
    }

    private static bool IsBlank(ReplyTextLine line) => line.EnhancedCode.Length == 0 && string.IsNullOrWhiteSpace(line.Text);

    private static void RepeatEnhancedCode(List<ReplyTextLine> lines)
    {
        // A line with an enhanced code of its own keeps it: two codes in one line would be neither.
        for (var i = 1; i < lines.Count && lines[0].EnhancedCode.Length > 0; i++)
        {
            if (lines[i].EnhancedCode.Length == 0)
            {
                lines[i] = lines[i] with { EnhancedCode = lines[0].EnhancedCode };
            }
        }
    }

    private static ReadOnlySpan<char> WithoutControls(ReadOnlySpan<char> line)
    {
        if (!ControlCharacters.IsIn(line))
        {
            return line;
        }

        var clean = new StringBuilder(line.Length);
        foreach (var c in line)
        {
            clean.Append(c == '\t' ? ' ' : char.IsControl(c) ? '?' : c);
        }

        return clean.ToString();
    }
}

/// <summary>One line of a normalised text.</summary>
/// <param name="EnhancedCode">As written in the file, such as <c>5.1.1</c>; empty when the line carries none.</param>
/// <param name="Text">What follows; no control characters, no white space at its end, placeholders still in braces.</param>
internal readonly record struct ReplyTextLine(string EnhancedCode, string Text);

/// <summary>Goes through the lines of a text without copying them. Lines end at LF or CRLF; a text has one line more than ends.</summary>
internal ref struct TextLines(ReadOnlySpan<char> text)
{
    private MemoryExtensions.SpanSplitEnumerator<char> _ranges = text.Split('\n');

    public readonly ReadOnlySpan<char> Current => _ranges.Source[_ranges.Current] is [.. var line, '\r'] ? line : _ranges.Source[_ranges.Current];

    public readonly TextLines GetEnumerator() => this;

    public bool MoveNext() => _ranges.MoveNext();
}

internal static class ControlCharacters
{
    private static readonly SearchValues<char> All = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)]);

    public static bool IsIn(ReadOnlySpan<char> text) => text.ContainsAny(All);

    /// <summary>A text with its control characters escaped, so that it can stand in one line.</summary>
    public static string Escape(string text)
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
