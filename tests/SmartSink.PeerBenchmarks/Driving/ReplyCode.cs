namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>Reading a reply's code (RFC 5321, section 4.2).</summary>
internal static class ReplyCode
{
    /// <summary>Whether the octets are a whole reply, and its code.</summary>
    /// <param name="reply">Everything received since the command.</param>
    /// <param name="code">200 to 559, when the reply is whole.</param>
    public static bool TryRead(ReadOnlySpan<byte> reply, out int code)
    {
        code = 0;
        if (!reply.EndsWith("\r\n"u8))
        {
            return false;
        }

        var last = reply[(reply[..^2].LastIndexOf((byte)'\n') + 1)..^2];
        if (last.Length < 3 || (last.Length > 3 && last[3] == '-'))
        {
            return false;
        }

        code = ((last[0] - '0') * 100) + ((last[1] - '0') * 10) + last[2] - '0';
        return true;
    }
}
