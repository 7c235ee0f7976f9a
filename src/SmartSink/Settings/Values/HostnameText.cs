using System.Net;

namespace SmartSink.Settings.Values;

/// <summary>The server's own name: a domain in letters, digits and hyphens, or an address literal (RFC 5321 section 4.1.2).</summary>
internal static class HostnameText
{
    private const int LongestDomain = 255;
    private const int LongestLabel = 63;

    /// <summary>Checks a name.</summary>
    public static bool TryParse(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= LongestDomain && (text[0] == '[' ? IsLiteral(text) : text.Split('.').All(IsLabel));
    }

    private static bool IsLiteral(string text)
    {
        const string tag = "IPv6:";
        if (text[^1] != ']')
        {
            return false;
        }

        var address = text[1..^1];
        return address.StartsWith(tag, StringComparison.OrdinalIgnoreCase)
            ? address.Contains(':') && IPAddress.TryParse(address[tag.Length..], out _)
            : address.Count(character => character == '.') == 3 && IPAddress.TryParse(address, out _);
    }

    // RFC 5321 knows no underscore, but container engines and people give hosts such names.
    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel
        && label[0] != '-' && label[^1] != '-'
        && label.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
