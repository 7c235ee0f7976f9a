using System.Text;

namespace SmartSink.Fuzz;

/// <summary>Octets that a server sent, held to RFC 5321 section 4.2 and cut into replies.</summary>
internal static class ReplyStream
{
    private const int MaxLineLength = 512;

    /// <summary>How many whole replies the octets are.</summary>
    /// <exception cref="InvalidOperationException">They are something else.</exception>
    public static int Count(ReadOnlySpan<byte> bytes)
    {
        var replies = 0;
        var code = ReadOnlySpan<byte>.Empty;
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf("\r\n"u8);
            Check(end >= 3 && end + 2 <= MaxLineLength, "a reply line that is not whole, or too long", bytes);
            var line = bytes[..end];
            bytes = bytes[(end + 2)..];
            Check(line[0] is >= (byte)'2' and <= (byte)'5' && char.IsAsciiDigit((char)line[1]) && char.IsAsciiDigit((char)line[2]), "no code", line);
            Check(line.Length == 3 || line[3] is (byte)' ' or (byte)'-', "no separator", line);
            Check(line.IndexOfAnyInRange((byte)0, (byte)31) < 0 && !line.Contains((byte)127), "a control octet in the text", line);
            Check(code.IsEmpty || code.SequenceEqual(line[..3]), "two codes in one reply", line);
            code = line[..3];
            if (line.Length == 3 || line[3] == ' ')
            {
                code = default;
                replies++;
            }
        }

        Check(code.IsEmpty, "a reply without its last line", bytes);
        return replies;
    }

    private static void Check(bool holds, string fault, ReadOnlySpan<byte> bytes)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"{fault}: {Encoding.Latin1.GetString(bytes)}");
        }
    }
}
