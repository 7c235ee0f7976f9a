using System.Buffers;
using System.Globalization;

namespace SmartSink.Smtp.Syntax;

/// <summary>Text in the encoding of RFC 3461 section 4: printable octets but <c>+</c> and <c>=</c>, others as <c>+</c> and two upper-case hex digits.</summary>
internal static class Xtext
{
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789ABCDEF"u8);

    /// <summary>Decodes a value.</summary>
    /// <param name="text">The value, ASCII.</param>
    /// <param name="destination">Takes the octets.</param>
    /// <param name="length">How many there are.</param>
    /// <returns>False when it breaks the encoding or has no room.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, out int length)
    {
        length = 0;
        if (!IsValid(text, allowUtf8: false))
        {
            return false;
        }

        for (var at = 0; at < text.Length; at++, length++)
        {
            if (length == destination.Length)
            {
                return false;
            }

            destination[length] = text[at];
            if (text[at] == '+')
            {
                destination[length] = byte.Parse(text.Slice(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                at += 2;
            }
        }

        return true;
    }

    /// <summary>Checks a value.</summary>
    /// <param name="text">The value.</param>
    /// <param name="allowUtf8">Whether octets above 127 may stand in it (RFC 6533 section 3, utf-8-addr-unitext).</param>
    public static bool IsValid(ReadOnlySpan<byte> text, bool allowUtf8)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var octet = text[i];
            if (octet == '+')
            {
                if (i + 2 >= text.Length || !Hex.Contains(text[i + 1]) || !Hex.Contains(text[i + 2]))
                {
                    return false;
                }

                i += 2;
            }
            else if (octet is < 33 or (byte)'=' or 127 || (octet > 127 && !allowUtf8))
            {
                return false;
            }
        }

        return true;
    }
}
