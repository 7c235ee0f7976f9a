using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace SmartSink.Smtp.Syntax;

/// <summary>
/// Reads a path by the grammar of RFC 5321 section 4.1.2 and RFC 6531 section 3.3, from text without control octets, including forms beyond
/// the grammar that clients in use send (see <see cref="MailPath.IsLoose"/>). The only limit on its length is that of the command line; the
/// 256 octets of section 4.5.3.1.3 are what a server must accept at least.
/// </summary>
internal static class PathParser
{
    /// <summary>
    /// Takes the word before the path, <c>FROM:</c> or <c>TO:</c>, from the start of the text, and spaces after it, which RFC 5321 section
    /// 3.3 does not allow but clients in use send.
    /// </summary>
    /// <returns>False when the word is missing or nothing follows it, or, if <paramref
    /// name="isStrict"/>, no angle bracket follows.</returns>
    public static bool TryTakeWord(ReadOnlySpan<byte> word, bool isStrict, ref ReadOnlySpan<byte> text)
    {
        if (text.Length < word.Length || !Ascii.EqualsIgnoreCase(text[..word.Length], word))
        {
            return false;
        }

        text = text[word.Length..].TrimStart((byte)' ');
        return isStrict ? text is [(byte)'<', ..] : !text.IsEmpty;
    }

    /// <summary>
    /// Reads a path at the start of the text: up to its closing bracket, or, without brackets, up to a space or the end. A mailbox without
    /// a domain is accepted here, for the caller to judge.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, Span<byte> normalizedDomain, out MailPath path, out int length)
    {
        path = default;
        if (text is [(byte)'<', (byte)'>', ..])
        {
            length = 2;
            return true;
        }

        length = 0;
        var isBare = text is not [(byte)'<', ..];
        var start = isBare ? 0 : 1;
        if (text[start..] is [(byte)'@', ..] && !TrySkipRoute(text, ref start, normalizedDomain))
        {
            return false;
        }

        var local = text.Slice(start, LocalPart.Measure(text[start..]));
        var rest = text[(start + local.Length)..];
        if (local.IsEmpty || !TryMeasureDomain(rest, isBare, normalizedDomain, out var domainLength, out var normalizedLength))
        {
            return false;
        }

        var mailbox = text.Slice(start, local.Length + (domainLength == 0 ? 0 : domainLength + 1));
        length = start + mailbox.Length + (isBare ? 0 : 1);
        var isInternational = !Ascii.IsValid(mailbox);
        path = new MailPath
        {
            Mailbox = mailbox,
            LocalPart = local,
            Domain = mailbox[^domainLength..],
            NormalizedDomain = normalizedDomain[..normalizedLength],
            IsInternational = isInternational,
            IsLoose = isBare || LocalPart.IsLoose(local) || mailbox[^1] == '.',
        };
        return !isInternational || IsUtf8Text(mailbox);
    }

    // A-d-l ":" - parsed and ignored (RFC 5321 section 4.1.1.3 and appendix C).
    private static bool TrySkipRoute(ReadOnlySpan<byte> text, ref int position, Span<byte> scratch)
    {
        while (position < text.Length && text[position] == '@')
        {
            var rest = text[(position + 1)..];
            var end = rest.IndexOfAny((byte)',', (byte)':');
            if (rest is [(byte)'[', ..])
            {
                var bracket = rest.IndexOf((byte)']');
                end = bracket >= 0 && bracket + 1 < rest.Length && rest[bracket + 1] is (byte)',' or (byte)':' ? bracket + 1 : -1;
            }

            if (end < 0 || rest[..end] is [.., (byte)'.'] || !TryNormalizeDomain(rest[..end], scratch, out _))
            {
                return false;
            }

            position += end + 2;
            if (rest[end] == ':')
            {
                return true;
            }
        }

        return false;
    }

    // At "@domain" followed by what ends a path, or directly at what ends it.
    private static bool TryMeasureDomain(ReadOnlySpan<byte> text, bool isBare, Span<byte> normalized, out int length, out int normalizedLength)
    {
        length = 0;
        normalizedLength = 0;
        if (IsEnd(text, isBare))
        {
            return true;
        }

        if (text is not [(byte)'@', ..])
        {
            return false;
        }

        var domain = text[1..];
        var end = domain is [(byte)'[', ..] ? domain.IndexOf((byte)']') + 1 : domain.IndexOf(isBare ? (byte)' ' : (byte)'>');
        length = end < 0 ? domain.Length : end;
        return IsEnd(domain[length..], isBare) && TryNormalizeDomain(domain[..length], normalized, out normalizedLength);
    }

    private static bool IsEnd(ReadOnlySpan<byte> text, bool isBare) => isBare ? text is [] or [(byte)' ', ..] : text is [(byte)'>', ..];

    private static bool TryNormalizeDomain(ReadOnlySpan<byte> domain, Span<byte> normalized, out int length)
    {
        length = 0;
        if (domain is not [(byte)'[', ..])
        {
            return DomainName.TryNormalize(domain, normalized, out length);
        }

        return domain.Length <= DomainName.MaxLength && Ascii.IsValid(domain) && AddressLiteral.IsValid(domain) && Ascii.ToLower(domain, normalized, out length) == OperationStatus.Done;
    }

    // Well-formed, and without the C1 controls U+0080 to U+009F, which are C2 80 to C2 9F.
    private static bool IsUtf8Text(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            return false;
        }

        for (var i = text.IndexOf((byte)0xC2); i >= 0 && i + 1 < text.Length; i++)
        {
            if (text[i] == 0xC2 && text[i + 1] < 0xA0)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A reverse-path or forward-path (RFC 5321 section 4.1.2), without its source route. Spans point into the command line.</summary>
internal readonly ref struct MailPath
{
    /// <summary>The mailbox as written, without brackets; empty for the null path.</summary>
    public ReadOnlySpan<byte> Mailbox { get; init; }

    /// <summary>The local part as written, with its quotes.</summary>
    public ReadOnlySpan<byte> LocalPart { get; init; }

    /// <summary>The domain or address literal as written; empty when there is none.</summary>
    public ReadOnlySpan<byte> Domain { get; init; }

    /// <summary>The domain in the form for lookups.</summary>
    public ReadOnlySpan<byte> NormalizedDomain { get; init; }

    /// <summary>Whether an octet of it is not ASCII, so that it needs SMTPUTF8 (RFC 6531).</summary>
    public bool IsInternational { get; init; }

    /// <summary>
    /// Whether it is written in a way that clients in use send and RFC 5321 does not allow: without angle brackets, with misplaced dots in
    /// the local part, or with a dot after the domain.
    /// </summary>
    public bool IsLoose { get; init; }

    /// <summary>Whether it is <c>&lt;&gt;</c>.</summary>
    public bool IsNull => Mailbox.IsEmpty;
}
