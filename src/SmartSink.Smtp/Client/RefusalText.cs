namespace SmartSink.Smtp.Client;

/// <summary>Keeps the text of a reply that refuses, from octets split anywhere: its lines without their codes, a LF between two of them.</summary>
internal sealed class RefusalText
{
    /// <summary>What is kept of a text; the rest is not looked at.</summary>
    public const int Kept = 512;

    // A client that is never refused has none.
    private byte[]? _bytes;
    private int _length;

    /// <summary>The text so far; of a reply that is complete without the last line's end.</summary>
    public ReadOnlySpan<byte> Text => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Take(ReadOnlySpan<byte> text)
    {
        var kept = _bytes ??= new byte[Kept];
        var taken = Math.Min(text.Length, Kept - _length);
        text[..taken].CopyTo(kept.AsSpan(_length));
        _length += taken;
    }

    /// <summary>A line is over.</summary>
    /// <param name="continues">Whether another one follows.</param>
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
