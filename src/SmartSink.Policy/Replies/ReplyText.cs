using System.Buffers;
using System.Globalization;
using System.Text;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Replies;

/// <summary>
/// Turns a reply's text, as people write it or copy it from a log, into lines fit for the wire: codes glued to a line are taken off,
/// an enhanced code at the start is repeated on every line (RFC 2034 section 4), blanks at the start of the text are kept, and an empty text becomes the code's standard text.
/// </summary>
internal static class ReplyTextNormaliser
{
    /// <summary>Normalises a text. Any string is taken; the result has at least one line.</summary>
    /// <param name="code">The reply's code, 400 to 599.</param>
    /// <param name="text">
    /// Lines end at LF or CRLF. A tab counts as a space, any other control character becomes a question mark. Null makes one line with nothing in it.
    /// </param>
    public static IReadOnlyList<ReplyTextLine> Normalise(int code, string? text)
    {
        if (text is null)
        {
            return [new ReplyTextLine(string.Empty, string.Empty)];
        }

        var lines = new List<ReplyTextLine>(1);
        foreach (var line in new TextLines(text))
        {
            lines.Add(ReadLine(code, line));
        }

        var first = lines.FindIndex(line => !line.IsBlank);
        if (first < 0)
        {
            return [ReadLine(code, StandardTexts.Of(code))];
        }

        lines = lines[first..(lines.FindLastIndex(line => !line.IsBlank) + 1)];
        RepeatEnhancedCode(lines);
        return lines;
    }

    private static ReplyTextLine ReadLine(int code, ReadOnlySpan<char> raw)
    {
        var text = GluedCode.TakeOff(code, WithoutControls(raw).TrimEnd());
        var length = EnhancedCodeText.LengthAtStart(text);
        return length == 0
            ? new ReplyTextLine(string.Empty, text.ToString())
            : new ReplyTextLine(text[..length].ToString(), text.Length == length ? string.Empty : text[(length + 1)..].ToString());
    }

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
/// <param name="Text">What follows a blank behind the code; no control characters, no white space at its end, placeholders still in braces.</param>
internal readonly record struct ReplyTextLine(string EnhancedCode, string Text)
{
    public bool IsBlank => EnhancedCode.Length == 0 && string.IsNullOrWhiteSpace(Text);
}

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
}

/// <summary>Recognises an enhanced status code (RFC 3463 section 2) at the start of a text.</summary>
internal static class EnhancedCodeText
{
    /// <summary>
    /// The length of the code, 0 when there is none. It must end at white space or the text's end,
    /// so an IP address at the start of a text is not taken for one.
    /// </summary>
    public static int LengthAtStart(ReadOnlySpan<char> text)
    {
        if (text.Length < 5 || text[0] is not ('2' or '4' or '5') || text[1] != '.')
        {
            return 0;
        }

        var subject = DigitsAt(text, 2);
        var dot = 2 + subject;
        if (subject == 0 || dot >= text.Length || text[dot] != '.')
        {
            return 0;
        }

        var detail = DigitsAt(text, dot + 1);
        var end = dot + 1 + detail;
        return detail > 0 && (end == text.Length || text[end] is ' ' or '\t') ? end : 0;
    }

    /// <summary>The code that a text is, or the default value for an empty one.</summary>
    public static EnhancedStatusCode Read(string code) =>
        code.Split('.') is [[var type], var subject, var detail]
            ? new((byte)(type - '0'), ushort.Parse(subject, CultureInfo.InvariantCulture), ushort.Parse(detail, CultureInfo.InvariantCulture))
            : default;

    private static int DigitsAt(ReadOnlySpan<char> text, int start)
    {
        var count = 0;
        while (count < 3 && start + count < text.Length && char.IsAsciiDigit(text[start + count]))
        {
            count++;
        }

        return count;
    }
}

/// <summary>The reply code that texts copied from a dialog or a log bring along: <c>421-4.7.0 …</c>, <c>550,5.1.1 …</c>, <c> 451 …</c>.</summary>
internal static class GluedCode
{
    private const int CodeLength = 3;

    /// <summary>
    /// The line without the reply's own code at its start, however often it stands there, and without what parts it from the text. White space
    /// before a code goes with it, and so does that before an enhanced code.
    /// </summary>
    public static ReadOnlySpan<char> TakeOff(int code, ReadOnlySpan<char> line)
    {
        var text = line;
        while (true)
        {
            var start = text.TrimStart();
            if (ReadCode(start) != code)
            {
                return text.Length < line.Length && EnhancedCodeText.LengthAtStart(start) > 0 ? start : text;
            }

            text = start[CodeLength..] switch
            {
                [',', ' ', .. var behind] => behind,
                [_, .. var behind] => behind,
                _ => [],
            };
        }
    }

    /// <summary>
    /// A code at the start of a line that is followed by an enhanced code and differs from the reply's own: surely copied from another reply.
    /// 0 when there is none.
    /// </summary>
    public static int ForeignCode(int code, ReadOnlySpan<char> line)
    {
        var start = line.TrimStart();
        var found = ReadCode(start);
        return found != 0 && found != code && start.Length > CodeLength && EnhancedCodeText.LengthAtStart(start[(CodeLength + 1)..].TrimStart()) > 0
            ? found
            : 0;
    }

    private static int ReadCode(ReadOnlySpan<char> text)
    {
        if (text.Length < CodeLength || text[0] is not ('4' or '5') || !char.IsAsciiDigit(text[1]) || !char.IsAsciiDigit(text[2]))
        {
            return 0;
        }

        return text.Length == CodeLength || text[CodeLength] is ' ' or '-' or ','
            ? ((text[0] - '0') * 100) + ((text[1] - '0') * 10) + (text[2] - '0')
            : 0;
    }
}

/// <summary>The text of a code for which the policy gives none (RFC 5321 section 4.2.3), with the fitting enhanced code (RFC 3463, RFC 5248).</summary>
internal static class StandardTexts
{
    public static string Of(int code) => code switch
    {
        421 => "4.3.2 Service not available, closing transmission channel",
        450 => "4.2.0 Requested mail action not taken: mailbox unavailable",
        451 => "4.3.0 Requested action aborted: local error in processing",
        452 => "4.3.1 Requested action not taken: insufficient system storage",
        454 => "4.7.0 Temporary authentication failure",
        455 => "4.5.4 Server unable to accommodate parameters",
        500 => "5.5.2 Syntax error, command unrecognized",
        501 => "5.5.4 Syntax error in parameters or arguments",
        502 => "5.5.1 Command not implemented",
        503 => "5.5.1 Bad sequence of commands",
        504 => "5.5.4 Command parameter not implemented",
        521 => "5.3.2 Server does not accept mail",
        530 => "5.7.0 Authentication required",
        535 => "5.7.8 Authentication credentials invalid",
        550 => "5.1.1 Requested action not taken: mailbox unavailable",
        551 => "5.1.6 User not local",
        552 => "5.2.2 Requested mail action aborted: exceeded storage allocation",
        553 => "5.1.3 Requested action not taken: mailbox name not allowed",
        554 => "5.0.0 Transaction failed",
        555 => "5.5.4 MAIL FROM/RCPT TO parameters not recognized or not implemented",
        556 => "5.1.10 Domain does not accept mail",
        < 500 => "4.0.0 Temporary failure",
        _ => "5.0.0 Permanent failure",
    };
}
