using System.Buffers;

namespace SmartSink.Smtp.Commands;

/// <summary>Text in the encoding of RFC 3461 section 4: printable octets but <c>+</c> and <c>=</c>, others as <c>+</c> and two upper-case hex digits.</summary>
internal static class Xtext
{
    private static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789ABCDEF"u8);

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
