using System.Globalization;
using System.Text;

namespace SmartSink.Testing.Transcripts;

/// <summary>
/// The octets of a <c>C!</c> line: quoted strings one after the other, each perhaps repeated: <c>"NOOP " "x"*600 "\r\n"</c>.
/// Escapes: <c>\r \n \t \" \\</c> and <c>\xHH</c>.
/// </summary>
internal static class QuotedBytes
{
    /// <summary>Reads such a line.</summary>
    /// <exception cref="FormatException">It is badly written.</exception>
    public static byte[] Parse(string text)
    {
        var bytes = new List<byte>();
        var position = 0;
        while (position < text.Length)
        {
            var part = ReadString(text, ref position);
            for (var count = ReadCount(text, ref position); count > 0; count--)
            {
                bytes.AddRange(part);
            }

            while (position < text.Length && text[position] == ' ')
            {
                position++;
            }
        }

        return bytes.Count > 0 ? [.. bytes] : throw new FormatException("no octets");
    }

    private static List<byte> ReadString(string text, ref int position)
    {
        if (text[position++] != '"')
        {
            throw new FormatException($"a quote is missing at column {position}");
        }

        var bytes = new List<byte>();
        while (position < text.Length && text[position] != '"')
        {
            var length = text[position] == '\\' ? ReadEscape(text, position, bytes) : ReadCharacter(text, position, bytes);
            position += length;
        }

        return position++ < text.Length ? bytes : throw new FormatException("the closing quote is missing");
    }

    private static int ReadCharacter(string text, int position, List<byte> bytes)
    {
        var rune = Rune.GetRuneAt(text, position);
        bytes.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
        return rune.Utf16SequenceLength;
    }

    private static int ReadEscape(string text, int position, List<byte> bytes)
    {
        switch (text.AsSpan(position + 1))
        {
            case ['r', ..]:
                bytes.Add((byte)'\r');
                return 2;
            case ['n', ..]:
                bytes.Add((byte)'\n');
                return 2;
            case ['t', ..]:
                bytes.Add((byte)'\t');
                return 2;
            case ['"' or '\\', ..]:
                bytes.Add((byte)text[position + 1]);
                return 2;
            case ['x', _, _, ..]:
                bytes.Add(byte.Parse(text.AsSpan(position + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                return 4;
            default:
                throw new FormatException($"unknown escape at column {position + 1}");
        }
    }

    private static int ReadCount(string text, ref int position)
    {
        if (position >= text.Length || text[position] != '*')
        {
            return 1;
        }

        var start = ++position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return int.Parse(text.AsSpan(start, position - start), CultureInfo.InvariantCulture);
    }
}
