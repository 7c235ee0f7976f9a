using System.Globalization;
using System.Text;

namespace SmartSink.Smtp.Syntax;

/// <summary>The argument of BDAT: how many octets follow the line, and whether they are the last (RFC 3030 section 2).</summary>
/// <param name="Size">0 to 2^63 - 1.</param>
/// <param name="IsLast">Whether LAST was given.</param>
internal readonly record struct BdatArguments(long Size, bool IsLast)
{
    /// <summary>Reads what follows the verb.</summary>
    /// <returns>
    /// <see cref="SyntaxError.BadArgument"/> when the size cannot be determined, so that nobody knows where the next command begins;
    /// <see cref="SyntaxError.UnexpectedArgument"/> when it can, but is followed by something other than LAST.
    /// </returns>
    public static SyntaxError Parse(ReadOnlySpan<byte> text, out BdatArguments arguments)
    {
        var end = text.IndexOf((byte)' ');
        var number = end < 0 ? text : text[..end];
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
        {
            arguments = default;
            return SyntaxError.BadArgument;
        }

        var word = text[number.Length..].TrimStart((byte)' ');
        arguments = new BdatArguments(size, Ascii.EqualsIgnoreCase(word, "LAST"u8));
        return word.IsEmpty || arguments.IsLast ? SyntaxError.None : SyntaxError.UnexpectedArgument;
    }
}
