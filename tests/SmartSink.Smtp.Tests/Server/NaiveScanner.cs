namespace SmartSink.Smtp.Tests.Server;

/// <summary>The end of data by its definition, for comparison: the first CRLF.CRLF of CRLF + input.</summary>
internal static class NaiveScanner
{
    /// <summary>How many octets of the input the message and its end take (null without an end), and the size of the message.</summary>
    public static (int? Consumed, long Size) Scan(ReadOnlySpan<byte> input)
    {
        byte[] all = [(byte)'\r', (byte)'\n', .. input];
        var end = all.AsSpan().IndexOf("\r\n.\r\n"u8);
        var message = end < 0 ? all.AsSpan() : all.AsSpan(0, end + 2);
        var stuffed = 0;
        for (var i = 2; i < message.Length; i++)
        {
            if (message[i] == '.' && message[i - 1] == '\n' && message[i - 2] == '\r')
            {
                stuffed++;
            }
        }

        return (end < 0 ? null : end + 3, message.Length - 2 - stuffed);
    }
}
