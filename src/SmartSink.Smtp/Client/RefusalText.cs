namespace SmartSink.Smtp.Client;

/// <summary>Keeps the text of a refusal, from octets split anywhere: its lines without their codes, separated by LF.</summary>
internal sealed class RefusalText
{
    /// <summary>How much of a text is kept; the rest is ignored.</summary>
    public const int Kept = 512;

    // Null in a client that is never refused.
    private byte[]? _bytes;
    private int _length;

    /// <summary>The text so far; for a complete reply, without the end of its last line.</summary>
    public ReadOnlySpan<byte> Text => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Take(ReadOnlySpan<byte> text)
    {
        var kept = _bytes ??= new byte[Kept];
        var taken = Math.Min(text.Length, Kept - _length);
        text[..taken].CopyTo(kept.AsSpan(_length));
        _length += taken;
    }

    /// <summary>Ends a line.</summary>
    /// <param name="continues">Whether another line follows.</param>
    public void EndLine(bool continues)
    {
        if (_length > 0 && _bytes![_length - 1] == '\r')
        {
            _length--;
        }

        if (continues)
        {
            Take("\n"u8);
        }
    }
}
