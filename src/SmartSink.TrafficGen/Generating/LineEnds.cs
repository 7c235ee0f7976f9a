namespace SmartSink.TrafficGen.Generating;

/// <summary>Line ends as SMTP wants them (RFC 5321 section 2.3.8).</summary>
internal static class LineEnds
{
    /// <summary>Makes CRLF of every bare CR and LF, and ends the last line.</summary>
    public static byte[] ToCrLf(ReadOnlySpan<byte> text)
    {
        var lines = new List<byte>(text.Length + (text.Length / 40) + 2);
        for (var index = 0; index < text.Length; index++)
        {
            var octet = text[index];
            if (octet is (byte)'\r' or (byte)'\n')
            {
                lines.AddRange("\r\n"u8);
                index += octet == '\r' && index + 1 < text.Length && text[index + 1] == '\n' ? 1 : 0;
            }
            else
            {
                lines.Add(octet);
            }
        }

        if (lines.Count > 0 && lines[^1] != '\n')
        {
            lines.AddRange("\r\n"u8);
        }

        return [.. lines];
    }
}
