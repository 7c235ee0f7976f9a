namespace SmartSink.Smtp.Replies;

/// <summary>
/// Octets to be sent to the client: one growable buffer, owned by a thread or a test, never by a connection. The replies of a pipelined
/// batch are collected here and sent together.
/// </summary>
public sealed class ReplyBuffer
{
    /// <summary>
    /// With this many octets pending, a session takes no more commands until the transport has sent them, so that a client which pipelines
    /// without reading cannot make the buffer grow.
    /// </summary>
    public const int HighWaterMark = 16 * 1024;

    private byte[] _bytes;
    private int _length;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="capacity">The initial size in octets; the buffer grows as needed.</param>
    public ReplyBuffer(int capacity = 4096) => _bytes = new byte[capacity];

    /// <summary>The octets to be sent. Valid until the next write or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Pending => _bytes.AsSpan(0, _length);

    /// <summary>The same octets for an asynchronous send.</summary>
    public ReadOnlyMemory<byte> PendingMemory => _bytes.AsMemory(0, _length);

    /// <summary>How many octets are pending.</summary>
    public int Length => _length;

    /// <summary>Whether <see cref="HighWaterMark"/> has been reached.</summary>
    public bool IsFull => _length >= HighWaterMark;

    /// <summary>Discards what is pending; the memory is kept.</summary>
    public void Clear() => _length = 0;

    /// <summary>Discards what is pending beyond a length.</summary>
    public void Cut(int length) => _length = Math.Min(length, _length);

    /// <summary>Appends octets.</summary>
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Appends one octet.</summary>
    public void Write(byte octet)
    {
        GetSpan(1)[0] = octet;
        _length++;
    }

    /// <summary>Free space of at least <paramref name="size"/> octets to write into, followed by <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int size)
    {
        if (_bytes.Length - _length < size)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + size));
        }

        return _bytes.AsSpan(_length);
    }

    /// <summary>Says how many octets were written into <see cref="GetSpan"/>.</summary>
    public void Advance(int count) => _length += count;
}
