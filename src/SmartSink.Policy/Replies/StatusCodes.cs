namespace SmartSink.Policy.Replies;

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

    /// <summary>The line without the reply's own code at its start, however often it stands there. White space before a code goes with it.</summary>
    public static ReadOnlySpan<char> TakeOff(int code, ReadOnlySpan<char> line)
    {
        while (true)
        {
            var start = line.TrimStart();
            if (ReadCode(start) != code)
            {
                return line;
            }

            line = start.Length == CodeLength ? [] : start[(CodeLength + 1)..].TrimStart();
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
