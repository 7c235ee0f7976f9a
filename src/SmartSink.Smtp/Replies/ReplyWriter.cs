using System.Buffers;

namespace SmartSink.Smtp.Replies;

/// <summary>
/// Puts a reply into its octets: code, enhanced code on every line (RFC 2034 section 4), continuation hyphens, CRLF
/// (RFC 5321 section 4.2.1). A line that would be longer than <see cref="MaxLineLength"/> is wrapped, at a space where there is one.
/// </summary>
internal static class ReplyWriter
{
    /// <summary>The most octets of a reply line, with code and CRLF (RFC 5321 section 4.5.3.1.5).</summary>
    public const int MaxLineLength = 512;

    private const int MaxPrefixLength = 14;

    private static readonly SearchValues<byte> Controls = ControlOctets.Values;

    /// <summary>Appends a whole reply.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="code">The reply code, 200 to 599.</param>
    /// <param name="enhanced">The enhanced code for each line; the default value for none.</param>
    /// <param name="text">UTF-8; lines end at LF, CR or CRLF. Other control characters become <c>?</c>, a tab becomes a space.</param>
    public static void Write(ReplyBuffer output, int code, EnhancedStatusCode enhanced, scoped ReadOnlySpan<byte> text)
    {
        ArgumentNullException.ThrowIfNull(output);
        Span<byte> prefix = stackalloc byte[MaxPrefixLength + 1];
        prefix = prefix[..FormatPrefix(prefix, code, enhanced)];
        var room = MaxLineLength - prefix.Length - 2;
        while (true)
        {
            var line = TakeLine(ref text, room, out var isLast);
            prefix[3] = isLast ? (byte)' ' : (byte)'-';
            output.Write(prefix);
            WriteText(output, line);
            output.Write("\r\n"u8);
            if (isLast)
            {
                return;
            }
        }
    }

    private static int FormatPrefix(Span<byte> prefix, int code, EnhancedStatusCode enhanced)
    {
        var length = Format(prefix, code);
        prefix[length++] = (byte)' ';
        if (enhanced.IsPresent)
        {
            length += Format(prefix[length..], enhanced.Class);
            prefix[length++] = (byte)'.';
            length += Format(prefix[length..], enhanced.Subject);
            prefix[length++] = (byte)'.';
            length += Format(prefix[length..], enhanced.Detail);
            prefix[length++] = (byte)' ';
        }

        return length;
    }

    private static int Format(Span<byte> destination, int number)
    {
        number.TryFormat(destination, out var written);
        return written;
    }

    private static ReadOnlySpan<byte> TakeLine(scoped ref ReadOnlySpan<byte> text, int room, out bool isLast)
    {
        var end = text.IndexOfAny((byte)'\r', (byte)'\n');
        var length = end < 0 ? text.Length : end;
        if (length > room)
        {
            return TakeWrapped(ref text, room, out isLast);
        }

        var line = text[..length];
        isLast = end < 0;
        if (!isLast)
        {
            text = text[(length + (text[length..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }

        return line;
    }

    private static ReadOnlySpan<byte> TakeWrapped(scoped ref ReadOnlySpan<byte> text, int room, out bool isLast)
    {
        var space = text[..room].LastIndexOf((byte)' ');
        var length = space > 0 ? space : room;
        while (space <= 0 && (text[length] & 0xC0) == 0x80 && length > room - 4)
        {
            length--; // not inside a UTF-8 sequence
        }

        var line = text[..length];
        text = text[(space > 0 ? length + 1 : length)..];
        isLast = false;
        return line;
    }

    private static void WriteText(ReplyBuffer output, scoped ReadOnlySpan<byte> line)
    {
        if (!line.ContainsAny(Controls))
        {
            output.Write(line);
            return;
        }

        foreach (var octet in line)
        {
            output.Write(octet == '\t' ? (byte)' ' : Controls.Contains(octet) ? (byte)'?' : octet);
        }
    }
}
