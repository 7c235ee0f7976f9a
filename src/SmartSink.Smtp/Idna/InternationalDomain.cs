using System.Buffers;
using System.Text;

namespace SmartSink.Smtp.Idna;

/// <summary>
/// International domain names as IDNA 2008 looks them up, after the mapping of UTS #46 (non-transitional), so that a name has the same form
/// however it was typed. The result depends only on the program's own tables, not on the system or its globalisation settings.
/// </summary>
/// <remarks>
/// Flags of UTS #46: CheckHyphens, CheckBidi, CheckJoiners, UseSTD3ASCIIRules (except that the underscore is allowed) and VerifyDnsLength
/// are on, Transitional_Processing and IgnoreInvalidPunycode are off. The contextual rules for characters other than joiners (RFC 5892
/// appendix A.3 to A.9) are left to the registries.
/// </remarks>
internal static class InternationalDomain
{
    // In octets of ASCII (RFC 1034 section 3.1: 255 with the length octets of the labels and the root).
    private const int MaxLength = 253;
    private const int MaxLabelLength = 63;

    // Normalisation composes at most four code points into one, so a longer sequence cannot become a name of 253 octets.
    private const int MaxDecomposed = 1024;

    private static ReadOnlySpan<byte> Prefix => "xn--"u8;

    /// <summary>The ToASCII of UTS #46 section 4.2: lower case, A-labels, without a final dot. Allocates nothing.</summary>
    /// <param name="utf8">The name.</param>
    /// <param name="destination">Room for the result; 253 octets always suffice.</param>
    /// <param name="written">How many octets the result has.</param>
    /// <returns>False when it is no domain name or the result does not fit.</returns>
    public static bool TryToAscii(ReadOnlySpan<byte> utf8, Span<byte> destination, out int written)
    {
        written = 0;
        var form = new CanonicalForm(stackalloc int[MaxDecomposed]);
        if (!TryMap(utf8, ref form))
        {
            return false;
        }

        ReadOnlySpan<int> rest = form.Compose();
        if (rest is [.., '.'])
        {
            rest = rest[..^1];
        }

        destination = destination[..Math.Min(MaxLength, destination.Length)];
        var (length, isBidi, keepsBidiRule) = (0, false, true);
        Span<int> decoded = stackalloc int[MaxLabelLength];
        while (true)
        {
            var dot = rest.IndexOf('.');
            if (!TryReadLabel(dot < 0 ? rest : rest[..dot], decoded, out var label) || !TryWriteLabel(label, destination, ref length))
            {
                return false;
            }

            isBidi |= LabelRules.IsRightToLeft(label);
            keepsBidiRule &= LabelRules.KeepsBidiRule(label);
            if (dot < 0)
            {
                written = isBidi && !keepsBidiRule ? 0 : length;
                return written > 0;
            }

            if (length == destination.Length)
            {
                return false;
            }

            destination[length++] = (byte)'.';
            rest = rest[(dot + 1)..];
        }
    }

    private static bool TryMap(ReadOnlySpan<byte> utf8, ref CanonicalForm form)
    {
        Span<byte> room = stackalloc byte[4];
        while (!utf8.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(utf8, out var rune, out var length) != OperationStatus.Done)
            {
                return false;
            }

            utf8 = utf8[length..];
            var fits = IdnaTable.Of(rune.Value).Status switch
            {
                IdnaStatus.Valid => form.TryAppend(rune.Value),
                IdnaStatus.Mapped => TryAppendAll(IdnaTable.MappingOf(rune.Value, room), ref form),
                IdnaStatus.Ignored => true,
                _ => false,
            };
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryAppendAll(scoped ReadOnlySpan<byte> mapping, ref CanonicalForm form)
    {
        while (!mapping.IsEmpty)
        {
            Rune.DecodeFromUtf8(mapping, out var rune, out var length);
            if (!form.TryAppend(rune.Value))
            {
                return false;
            }

            mapping = mapping[length..];
        }

        return true;
    }

    // Reads a label; an A-label is decoded, and checked to be one.
    private static bool TryReadLabel(ReadOnlySpan<int> given, Span<int> room, out ReadOnlySpan<int> label)
    {
        label = given;
        if (given.Length > MaxLabelLength)
        {
            return false;
        }

        if (given is not ['x', 'n', '-', '-', .. var encoded])
        {
            return LabelRules.Hold(given, IsAscii(given));
        }

        if (!Punycode.TryDecode(encoded, room, out var length))
        {
            return false;
        }

        label = room[..length];
        return !IsAscii(label) && LabelRules.Hold(label, isAscii: false) && CanonicalForm.Holds(label);
    }

    private static bool TryWriteLabel(ReadOnlySpan<int> label, Span<byte> destination, ref int written)
    {
        destination = destination[written..];
        destination = destination[..Math.Min(MaxLabelLength, destination.Length)];
        if (IsAscii(label))
        {
            if (label.Length > destination.Length)
            {
                return false;
            }

            foreach (var codePoint in label)
            {
                destination[0] = (byte)codePoint;
                destination = destination[1..];
            }

            written += label.Length;
            return true;
        }

        if (!Prefix.TryCopyTo(destination) || !Punycode.TryEncode(label, destination[Prefix.Length..], out var length))
        {
            return false;
        }

        written += Prefix.Length + length;
        return true;
    }

    private static bool IsAscii(ReadOnlySpan<int> label) => !label.ContainsAnyExceptInRange(0, 0x7F);
}
