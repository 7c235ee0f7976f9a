using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SmartSink.Transport;

/// <summary>An epoll instance (epoll(7)) and room for what it reports. Watching and forgetting is for any thread, waiting for one.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    /// <summary>Events taken in one call.</summary>
    private const int Capacity = 512;

    /// <summary>struct epoll_event is packed on x86-64 and nowhere else: 32 bits of flags, on other processors 32 of padding, 64 of data.</summary>
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private static readonly int EventSize = DataOffset + 8;

    private readonly int _epoll;
    private readonly byte* _events;

    /// <summary>Opens it.</summary>
    /// <exception cref="SocketException">The system has no descriptor or memory left.</exception>
    public Epoll()
    {
        _epoll = Libc.epoll_create1(Libc.CLOEXEC);
        if (_epoll < 0)
        {
            throw new SocketException((int)Errno.Last());
        }

        _events = (byte*)NativeMemory.AllocZeroed((nuint)(Capacity * EventSize));
    }

    /// <summary>Watches a descriptor.</summary>
    /// <exception cref="SocketException">The system's limit on watches is reached, or the descriptor cannot be polled.</exception>
    public void Watch(int descriptor, PollFlags flags)
    {
        var pollEvent = stackalloc byte[16];
        *(uint*)pollEvent = (uint)flags;
        *(long*)(pollEvent + DataOffset) = descriptor;
        if (Libc.epoll_ctl(_epoll, Libc.EPOLL_CTL_ADD, descriptor, pollEvent) != 0)
        {
            throw new SocketException((int)Errno.Last());
        }
    }

    /// <summary>Watches a descriptor no more. Not needed before it is closed.</summary>
    public void Forget(int descriptor) => _ = Libc.epoll_ctl(_epoll, Libc.EPOLL_CTL_DEL, descriptor, null);

    /// <summary>Waits, or only looks, and says how many events there are.</summary>
    public int Wait(bool look)
    {
        var count = Libc.epoll_wait(_epoll, _events, Capacity, look ? 0 : -1);
        return count >= 0 || Marshal.GetLastPInvokeError() == Errno.EINTR ? Math.Max(count, 0) : throw new SocketException((int)Errno.Last());
    }

    /// <summary>One of the events of the last <see cref="Wait"/>.</summary>
    public (int Descriptor, PollFlags Flags) this[int index]
    {
        get
        {
            var pollEvent = _events + (index * EventSize);
            return ((int)*(long*)(pollEvent + DataOffset), (PollFlags)(*(uint*)pollEvent));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Libc.close(_epoll);
        NativeMemory.Free(_events);
    }
}
