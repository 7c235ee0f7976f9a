namespace SmartSink.TrafficGen.Options.Values;

/// <summary>A header field, <c>Name: value</c> (RFC 5322 section 2.2).</summary>
internal static class HeaderText
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "a header field such as \"X-Campaign: spring\", in one line of at most 998 octets";

    /// <summary>The longest line of a message (RFC 5322 section 2.1.1).</summary>
    private const int LongestLine = 998;

    /// <summary>Checks a field: a name of printable ASCII, a colon, and a value without control characters.</summary>
    public static bool TryParse(string text, out string value)
    {
        value = text;
        var colon = text.IndexOf(':');
        return colon > 0
            && text.AsSpan(0, colon).IndexOfAnyExceptInRange('!', '~') < 0
            && !text.Any(character => char.IsControl(character) && character != '\t')
            && System.Text.Encoding.UTF8.GetByteCount(text) <= LongestLine;
    }
}
