using System.Buffers;
using SmartSink.Smtp.Replies;

namespace SmartSink.Connections;

/// <summary>
/// The big buffers, one of each for a thread instead of one for a connection. Nothing in them outlives a turn: who must wait first
/// moves what it needs to a place of its own.
/// </summary>
internal static class ThreadBuffers
{
    /// <summary>Octets of <see cref="Scratch"/>: as much as one receive takes out of the socket.</summary>
    public const int ScratchSize = 64 * 1024;

    [ThreadStatic]
    private static byte[]? _scratch;

    [ThreadStatic]
    private static ReplyBuffer? _replies;

    /// <summary>Where a body passes through.</summary>
    public static byte[] Scratch => _scratch ??= GC.AllocateUninitializedArray<byte>(ScratchSize);

    /// <summary>An empty buffer for replies, to be given back (on whatever thread) by <see cref="Return"/>.</summary>
    public static ReplyBuffer TakeReplies()
    {
        var replies = _replies ?? new ReplyBuffer();
        _replies = null;
        return replies;
    }

    /// <summary>Gives a buffer back.</summary>
    public static void Return(ReplyBuffer replies)
    {
        replies.Clear();
        _replies = replies;
    }
}

/// <summary>The bytes of a line whose end has not come yet: in an array from the pool, and only while there are any.</summary>
internal struct UnfinishedLine
{
    private byte[]? _array;
    private int _length;

    /// <summary>The bytes, in front of what is received next.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _array.AsSpan(0, _length);

    /// <summary>Holds these bytes instead of the former ones. They may be a part of those.</summary>
    public void Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            Release();
            return;
        }

        var former = _array;
        if (former is null || former.Length < bytes.Length)
        {
            _array = ArrayPool<byte>.Shared.Rent(bytes.Length);
        }

        bytes.CopyTo(_array);
        _length = bytes.Length;
        if (former is not null && former != _array)
        {
            ArrayPool<byte>.Shared.Return(former);
        }
    }

    /// <summary>Holds nothing any more, and gives the array back.</summary>
    public void Release()
    {
        if (_array is not null)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = null;
            _length = 0;
        }
    }
}
