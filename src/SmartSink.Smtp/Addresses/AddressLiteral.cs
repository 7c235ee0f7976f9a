using System.Buffers;
using System.Net;
using System.Text;

namespace SmartSink.Smtp.Addresses;

/// <summary>An address literal in place of a domain: <c>[192.0.2.1]</c>, <c>[IPv6:2001:db8::1]</c> or <c>[tag:content]</c> (RFC 5321 section 4.1.3).</summary>
internal static class AddressLiteral
{
    private static readonly SearchValues<byte> IPv6Octets = SearchValues.Create("0123456789ABCDEFabcdef:."u8);

    private static readonly SearchValues<byte> TagOctets = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    /// <summary>Checks a literal, brackets included, ASCII without control octets.</summary>
    public static bool IsValid(ReadOnlySpan<byte> literal)
    {
        if (literal is not [(byte)'[', .., (byte)']'])
        {
            return false;
        }

        var content = literal[1..^1];
        var colon = content.IndexOf((byte)':');
        if (colon < 0)
        {
            return IsIPv4(content);
        }

        return Ascii.EqualsIgnoreCase(content[..colon], "IPv6"u8) ? IsIPv6(content[5..]) : IsGeneral(content[..colon], content[(colon + 1)..]);
    }

    private static bool IsIPv4(ReadOnlySpan<byte> text)
    {
        for (var part = 1; part <= 4; part++)
        {
            var end = part == 4 ? text.Length : text.IndexOf((byte)'.');
            if (end is < 1 or > 3 || !IsSnum(text[..end]))
            {
                return false;
            }

            text = text[Math.Min(end + 1, text.Length)..];
        }

        return true;
    }

    private static bool IsSnum(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return value <= 255;
    }

    private static bool IsIPv6(ReadOnlySpan<byte> text) =>
        text.Contains((byte)':') && !text.ContainsAnyExcept(IPv6Octets) && IPAddress.IsValidUtf8(text);

    private static bool IsGeneral(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> content) =>
        !tag.IsEmpty && !tag.ContainsAnyExcept(TagOctets) && tag[^1] != '-'
        && !content.IsEmpty && !content.ContainsAnyExceptInRange((byte)33, (byte)126) && !content.ContainsAnyInRange((byte)91, (byte)93);
}
