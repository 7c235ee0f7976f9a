using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using SmartSink.Smtp.Idna;

namespace SmartSink.Smtp.Syntax;

/// <summary>
/// Domain names in the single form that lookups use: lower case, internationalised labels as A-labels (RFC 5890), no trailing dot. A single
/// trailing dot is removed; an underscore in a label is allowed, since host names with one are in use.
/// </summary>
public static class DomainName
{
    /// <summary>The most octets of a domain (RFC 5321 section 4.5.3.1.2); holds for its normalised form, too.</summary>
    public const int MaxLength = 255;

    private const int MaxLabelLength = 63;

    // Each octet of an A-label may stand for a code point, of up to four octets.
    private const int MaxUtf8Length = 4 * (MaxLength + 1);

    private static readonly SearchValues<byte> LabelBytes = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_."u8);

    /// <summary>Normalises a domain name given as UTF-8. Allocates nothing for an ASCII name.</summary>
    /// <param name="utf8">The name; address literals are not names and are refused.</param>
    /// <param name="destination">Room for the result; <see cref="MaxLength"/> octets always suffice.</param>
    /// <param name="written">How many octets the result has.</param>
    /// <returns>False when it is no domain name or the result does not fit.</returns>
    public static bool TryNormalize(ReadOnlySpan<byte> utf8, Span<byte> destination, out int written)
    {
        written = 0;
        if (!Ascii.IsValid(utf8))
        {
            return InternationalDomain.TryToAscii(utf8, destination, out written);
        }

        if (utf8.Length > 0 && utf8[^1] == '.')
        {
            utf8 = utf8[..^1];
        }

        return utf8.Length <= MaxLength && AreLabels(utf8) && Ascii.ToLower(utf8, destination, out written) == OperationStatus.Done;
    }

    /// <summary>Normalises a domain name given as text.</summary>
    /// <param name="domain">The name.</param>
    /// <param name="normalized">The result, ASCII; the same string if the name is already in that form; empty when the call fails.</param>
    /// <returns>False when it is no domain name.</returns>
    public static bool TryNormalize(string domain, out string normalized)
    {
        ArgumentNullException.ThrowIfNull(domain);
        Span<byte> bytes = stackalloc byte[MaxLength];
        Span<byte> utf8 = stackalloc byte[MaxUtf8Length];
        if (!Encoding.UTF8.TryGetBytes(domain, utf8, out var given) || !TryNormalize(utf8[..given], bytes, out var length))
        {
            normalized = string.Empty;
            return false;
        }

        normalized = Ascii.Equals(bytes[..length], domain) ? domain : Encoding.ASCII.GetString(bytes[..length]);
        return true;
    }

    /// <summary>
    /// Whether a name given with EHLO or HELO can identify a host (RFC 5321 section
    /// 4.1.1.1): a domain with a dot in it, or an address literal.
    /// </summary>
    internal static bool IsHostOrLiteral(ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'[', ..])
        {
            return Ascii.IsValid(name) && AddressLiteral.IsValid(name);
        }

        name = name is [.., (byte)'.'] ? name[..^1] : name;
        return name.Contains((byte)'.') && name.Length <= MaxLength && AreLabels(name) && !AddressLiteral.TryReadIPv4(name, out _);
    }

    // RFC 5321 section 4.1.2: sub-domain = Let-dig [Ldh-str], with the underscore added.
    private static bool AreLabels(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.ContainsAnyExcept(LabelBytes))
        {
            return false;
        }

        while (true)
        {
            var dot = name.IndexOf((byte)'.');
            var label = dot < 0 ? name : name[..dot];
            if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            if (dot < 0)
            {
                return true;
            }

            name = name[(dot + 1)..];
        }
    }
}

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

    /// <summary>Reads an IPv4 address without brackets: four numbers of one to three decimal digits.</summary>
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

    /// <summary>Checks an IPv6 address without brackets and tag.</summary>
    public static bool IsIPv6(ReadOnlySpan<byte> text) =>
        text.Contains((byte)':') && !text.ContainsAnyExcept(IPv6Bytes) && IPAddress.IsValidUtf8(text);

    private static bool IsGeneral(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> content) =>
        !tag.IsEmpty && !tag.ContainsAnyExcept(TagBytes) && tag[^1] != '-'
        && !content.IsEmpty && !content.ContainsAnyExceptInRange((byte)33, (byte)126) && !content.ContainsAnyInRange((byte)91, (byte)93);
}
