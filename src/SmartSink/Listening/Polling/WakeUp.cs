using System.Net.Sockets;

namespace SmartSink.Listening.Polling;

/// <summary>A descriptor that other threads make readable to end a wait (eventfd(2)); asked twice before it is heard, it costs one call.</summary>
internal sealed unsafe class WakeUp : IDisposable
{
    private int _asked;

    /// <summary>Opens it.</summary>
    /// <exception cref="SocketException">The system has no descriptor left.</exception>
    public WakeUp()
    {
        Descriptor = Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.CLOEXEC);
        if (Descriptor < 0)
        {
            throw new SocketException((int)Errno.Last());
        }
    }

    /// <summary>What to watch.</summary>
    public int Descriptor { get; }

    /// <summary>Ends the wait that is under way, or the next one.</summary>
    public void Ask()
    {
        if (Interlocked.Exchange(ref _asked, 1) == 0)
        {
            var one = 1L;
            _ = Libc.write(Descriptor, (byte*)&one, sizeof(long));
        }
    }

    /// <summary>For the waiting thread: takes the call. What was asked for before this is to be looked at after it.</summary>
    public void Hear()
    {
        long count;
        _ = Libc.read(Descriptor, (byte*)&count, sizeof(long));
        Interlocked.Exchange(ref _asked, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _ = Libc.close(Descriptor);
}
