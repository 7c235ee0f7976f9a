using System.Buffers;

namespace SmartSink.Listening;

/// <summary>
/// A connection's own octets: a small array for commands, and a bigger one from the pool only while the unfinished line in it needs one.
/// </summary>
internal struct ReceiveBuffer
{
    /// <summary>Most single commands fit. What is longer costs a second receive, into the thread's scratch; an idle connection costs this.</summary>
    private const int SmallSize = 128;

    private readonly byte[] _small;
    private byte[]? _large;
    private int _held;

    /// <summary>Makes an empty buffer.</summary>
    public ReceiveBuffer() => _small = GC.AllocateUninitializedArray<byte>(SmallSize);

    /// <summary>The octets of an unfinished line, in front of what is received next.</summary>
    public readonly ReadOnlySpan<byte> Held => Octets.AsSpan(0, _held);

    /// <summary>The room behind them; at least one octet.</summary>
    public readonly ArraySegment<byte> Free => new(Octets, _held, Octets.Length - _held);

    private readonly byte[] Octets => _large ?? _small;

    /// <summary>The held octets and those that were received into <see cref="Free"/>.</summary>
    public readonly ReadOnlySpan<byte> With(int received) => Octets.AsSpan(0, _held + received);

    /// <summary>Holds these octets instead of the former ones. They may lie in this very buffer.</summary>
    public void Keep(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Octets.Length && (_large is null || octets.Length >= SmallSize))
        {
            octets.CopyTo(Octets);
        }
        else
        {
            var larger = octets.Length < SmallSize ? null : ArrayPool<byte>.Shared.Rent(octets.Length + SmallSize);
            octets.CopyTo(larger ?? _small);
            Release();
            _large = larger;
        }

        _held = octets.Length;
    }

    /// <summary>Holds nothing any more, and gives back what came from the pool.</summary>
    public void Release()
    {
        if (_large is not null)
        {
            ArrayPool<byte>.Shared.Return(_large);
            _large = null;
        }

        _held = 0;
    }
}
