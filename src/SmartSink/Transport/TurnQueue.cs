using System.Collections.Concurrent;

namespace SmartSink.Transport;

/// <summary>
/// One thing after another, on whatever thread of the pool is free: what a polling thread is to epoll, for transports that hear of
/// their connections from the runtime.
/// </summary>
internal sealed class TurnQueue : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<(IReadyHandler Handler, ReadyFlags Flags)> _turns = new();
    private int _left;
    private long _done;

    /// <summary>Whether nothing is to be done, and nothing under way.</summary>
    public bool IsAtRest => Volatile.Read(ref _left) == 0;

    /// <summary>How many turns were taken. For any thread.</summary>
    public long Turns => Volatile.Read(ref _done);

    /// <summary>Room for bytes that nobody wants; of use to the turn that is under way alone.</summary>
    public byte[] Scratch => field ??= GC.AllocateUninitializedArray<byte>(64 * 1024);

    /// <summary>Has the handler called, in its turn: <see cref="IReadyHandler.OnReady"/>, or <see cref="IReadyHandler.OnPosted"/> without flags. For any thread.</summary>
    public void Post(IReadyHandler handler, ReadyFlags flags = ReadyFlags.None)
    {
        _turns.Enqueue((handler, flags));
        if (Interlocked.Increment(ref _left) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            _turns.TryDequeue(out var turn);
            Volatile.Write(ref _done, _done + 1);
            if (turn.Flags == ReadyFlags.None)
            {
                turn.Handler.OnPosted();
            }
            else
            {
                turn.Handler.OnReady(turn.Flags);
            }
        }
        while (Interlocked.Decrement(ref _left) > 0);
    }
}
