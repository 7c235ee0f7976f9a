using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace SmartSink.Transport;

/// <summary>A descriptor that other threads make readable to end a wait (eventfd(2)); asked twice before it is heard, it costs one call.</summary>
internal sealed unsafe class WakeUp : IDisposable
{
    /// <summary>Kept open as long as a call is under way: its number may be another file's right after.</summary>
    private readonly SafeFileHandle _event;
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

        _event = new SafeFileHandle(Descriptor, ownsHandle: true);
    }

    /// <summary>What to watch.</summary>
    public int Descriptor { get; }

    /// <summary>Ends the wait that is under way, or the next one. When nobody waits any more, nothing happens.</summary>
    public void Ask()
    {
        if (Interlocked.Exchange(ref _asked, 1) == 0)
        {
            try
            {
                var one = 1L;
                _ = Libc.write(_event, (byte*)&one, sizeof(long));
            }
            catch (ObjectDisposedException)
            {
                // A timer that was stopped may go off once more.
            }
        }
    }

    /// <summary>For the waiting thread: takes the call. What was asked for before this is to be looked at after it.</summary>
    public void Hear()
    {
        long count;
        _ = Libc.read(_event, (byte*)&count, sizeof(long));
        Interlocked.Exchange(ref _asked, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _event.Dispose();
}
