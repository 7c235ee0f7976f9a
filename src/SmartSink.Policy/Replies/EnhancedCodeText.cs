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
