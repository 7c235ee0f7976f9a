using System.Buffers;

namespace SmartSink.Smtp.Syntax;

/// <summary>
/// The local part of a mailbox: a Dot-string or a Quoted-string (RFC 5321 section 4.1.2), in which UTF-8 is allowed (RFC 6531 section 3.3).
/// The 64 octets of section 4.5.3.1.1 are what a server must accept at least, and return paths and forwarded addresses are longer: the only
/// limit here is that of the command line.
/// </summary>
public static class LocalPart
{
    private static readonly SearchValues<byte> DotStringBytes = SearchValues.Create(WithUtf8(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~."u8));

    /// <summary>
    /// How many octets at the start of the text are a local part, including one with misplaced dots; 0 when there is none.
    /// </summary>
    public static int Measure(ReadOnlySpan<byte> text) => text is [(byte)'"', ..] ? MeasureQuoted(text) : MeasureDotString(text);

    /// <summary>
    /// Whether a local part has a dot where a Dot-string must not: at its start or end, or next to another. Real addresses have such dots.
    /// </summary>
    public static bool IsLoose(ReadOnlySpan<byte> local) => local is not [(byte)'"', ..] && (local is [(byte)'.', ..] or [.., (byte)'.'] || local.IndexOf(".."u8) >= 0);

    /// <summary>The name itself: quotes and backslashes are part of the notation, not of the name.</summary>
    /// <param name="written">A valid local part.</param>
    /// <param name="scratch">Room for as many octets; used only where a backslash has to be removed.</param>
    public static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> written, Span<byte> scratch)
    {
        if (written is not [(byte)'"', ..])
        {
            return written;
        }

        var inner = written[1..^1];
        if (!inner.Contains((byte)'\\'))
        {
            return inner;
        }

        var length = 0;
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\')
            {
                i++;
            }

            scratch[length++] = inner[i];
        }

        return scratch[..length];
    }

    private static int MeasureDotString(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExcept(DotStringBytes);
        return end < 0 ? text.Length : end;
    }

    // Control octets never get here: a command line with one has been refused before.
    private static int MeasureQuoted(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i + 1;
            }

            if (text[i] == '\\' && (++i >= text.Length || text[i] >= 0x80))
            {
                return 0;
            }
        }

        return 0;
    }

    private static byte[] WithUtf8(ReadOnlySpan<byte> ascii) =>
        [.. ascii, .. Enumerable.Range(0x80, 0x80).Select(octet => (byte)octet)];
}
