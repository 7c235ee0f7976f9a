using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace SmartSink.Smtp.Syntax;

/// <summary>An address literal in place of a domain: <c>[192.0.2.1]</c>, <c>[IPv6:2001:db8::1]</c> or <c>[tag:content]</c> (RFC 5321 section 4.1.3).</summary>
internal static class AddressLiteral
{
    private static readonly SearchValues<byte> IPv6Bytes = SearchValues.Create("0123456789ABCDEFabcdef:."u8);

    private static readonly SearchValues<byte> TagBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

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

    /// <summary>Reads an address of IPv4 without brackets: four numbers of one to three decimal digits.</summary>
    public static bool TryReadIPv4(ReadOnlySpan<byte> text, [NotNullWhen(true)] out IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[4];
        var isValid = TryReadIPv4(text, bytes);
        address = isValid ? new IPAddress(bytes) : null;
        return isValid;
    }

    private static bool IsIPv4(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[4];
        return TryReadIPv4(text, bytes);
    }

    private static bool TryReadIPv4(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        for (var part = 0; part < bytes.Length; part++)
        {
            var end = part == bytes.Length - 1 ? text.Length : text.IndexOf((byte)'.');
            if (end is < 1 or > 3 || !byte.TryParse(text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[part]))
            {
                return false;
            }

            text = text[Math.Min(end + 1, text.Length)..];
        }

        return true;
    }

    /// <summary>Checks an address of IPv6 without brackets and tag.</summary>
    public static bool IsIPv6(ReadOnlySpan<byte> text) =>
        text.Contains((byte)':') && !text.ContainsAnyExcept(IPv6Bytes) && IPAddress.IsValidUtf8(text);

    private static bool IsGeneral(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> content) =>
        !tag.IsEmpty && !tag.ContainsAnyExcept(TagBytes) && tag[^1] != '-'
        && !content.IsEmpty && !content.ContainsAnyExceptInRange((byte)33, (byte)126) && !content.ContainsAnyInRange((byte)91, (byte)93);
}
