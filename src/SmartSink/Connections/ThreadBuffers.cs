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
