using System.Text;

namespace SmartSink.Policy.Decisions;

/// <summary>A text in which <c>*</c> stands for any octets, also none; ASCII letters fit in either case.</summary>
internal sealed class Glob(string pattern)
{
    private readonly byte[] _pattern = Encoding.UTF8.GetBytes(pattern);

    /// <summary>The first name behind the last <c>@</c>, if it says all that a domain has to be: without a star, or with one label of it in front.</summary>
    public static string? DomainOf(string pattern)
    {
        var domain = pattern[(pattern.LastIndexOf('@') + 1)..];
        var rest = domain.StartsWith("*.", StringComparison.Ordinal) ? domain[2..] : domain;
        return domain.Length == pattern.Length || rest.Length == 0 || rest.Contains('*', StringComparison.Ordinal) ? null : domain;
    }

    public bool Fits(ReadOnlySpan<byte> text) => Fits(text, tail: default, hasTail: false);

    /// <summary>Whether a mailbox fits; one without a domain is its local part alone.</summary>
    public bool Fits(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain) => Fits(localPart, domain, hasTail: !domain.IsEmpty);

    // What follows the last star is tried at one place after the other; what lay before it fits already and is never tried again.
    private bool Fits(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, bool hasTail)
    {
        var length = head.Length + (hasTail ? tail.Length + 1 : 0);
        var (at, place) = (0, 0);
        var (afterStar, retry) = (-1, 0);
        while (place < length)
        {
            if (at < _pattern.Length && _pattern[at] == '*')
            {
                (afterStar, retry) = (++at, place);
            }
            else if (at < _pattern.Length && AreSame(_pattern[at], OctetAt(head, tail, place)))
            {
                at++;
                place++;
            }
            else if (afterStar >= 0)
            {
                (at, place) = (afterStar, ++retry);
            }
            else
            {
                return false;
            }
        }

        return _pattern.AsSpan(at).TrimStart((byte)'*').IsEmpty;
    }

    private static byte OctetAt(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, int place) =>
        place < head.Length ? head[place] : place == head.Length ? (byte)'@' : tail[place - head.Length - 1];

    private static bool AreSame(byte first, byte second) => first == second || (ToLower(first) == ToLower(second));

    private static int ToLower(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? octet | 0x20 : octet;
}
