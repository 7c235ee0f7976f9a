using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <summary>The transparency procedure of DATA (RFC 5321 section 4.5.2). A line starts after CRLF and nowhere else.</summary>
public static class DotStuffing
{
    /// <summary>Writes a part of a message that starts at the start of a line, doubling each dot that starts a line.</summary>
    public static void Write(ReadOnlySpan<byte> text, ReplyBuffer output)
    {
        if (text.Length > 0 && text[0] == '.')
        {
            output.Write((byte)'.');
        }

        for (var found = text.IndexOf("\r\n."u8); found >= 0; found = text.IndexOf("\r\n."u8))
        {
            output.Write(text[..(found + 3)]);
            output.Write((byte)'.');
            text = text[(found + 3)..];
        }

        output.Write(text);
    }

    /// <summary>Writes the end of data: the last line's CRLF if the message lacks it, a dot, CRLF.</summary>
    /// <param name="message">The message that has been written, or its last octets.</param>
    /// <param name="output">Receives the octets.</param>
    public static void WriteEnd(ReadOnlySpan<byte> message, ReplyBuffer output) =>
        output.Write(message.Length == 0 || message.EndsWith("\r\n"u8) ? ".\r\n"u8 : "\r\n.\r\n"u8);
}
