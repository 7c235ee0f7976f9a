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
    public void Watch(int descriptor, ReadyFlags flags)
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
    public (int Descriptor, ReadyFlags Flags) this[int index]
    {
        get
        {
            var pollEvent = _events + (index * EventSize);
            return ((int)*(long*)(pollEvent + DataOffset), (ReadyFlags)(*(uint*)pollEvent));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = Libc.close(_epoll);
        NativeMemory.Free(_events);
    }
}

/// <summary>
/// The system calls of a connection's life, as in section 2 of the Linux manual. Each returns -1 on failure, with the reason in
/// <see cref="Marshal.GetLastPInvokeError"/>.
/// </summary>
internal static unsafe partial class Libc
{
    /// <summary>accept4: the new descriptor does not block.</summary>
    public const int SOCK_NONBLOCK = 0x800;

    /// <summary>accept4, eventfd: the descriptor is closed in child processes.</summary>
    public const int CLOEXEC = 0x80000;

    /// <summary>eventfd: reading an empty counter does not block.</summary>
    public const int EFD_NONBLOCK = 0x800;

    /// <summary>recv: the bytes stay in the socket.</summary>
    public const int MSG_PEEK = 0x2;

    /// <summary>recv, on TCP: the bytes are dropped instead of copied, and the buffer is not touched (tcp(7)).</summary>
    public const int MSG_TRUNC = 0x20;

    /// <summary>send: a client that has gone away is an error and not a signal.</summary>
    public const int MSG_NOSIGNAL = 0x4000;

    /// <summary>send: more follows at once, so that these bytes may travel with it.</summary>
    public const int MSG_MORE = 0x8000;

    /// <summary>setsockopt: the level of all sockets, on the processors that .NET runs on.</summary>
    public const int SOL_SOCKET = 1;

    /// <summary>setsockopt: what happens at a close, as struct linger.</summary>
    public const int SO_LINGER = 13;

    /// <summary>getsockopt: the level of IPv4.</summary>
    public const int IPPROTO_IP = 0;

    /// <summary>getsockopt: the level of IPv6.</summary>
    public const int IPPROTO_IPV6 = 41;

    /// <summary>getsockopt, on either level: where a connection went before the kernel's NAT diverted it (linux/netfilter_ipv4.h, netfilter_ipv6/ip6_tables.h).</summary>
    public const int SO_ORIGINAL_DST = 80;

    /// <summary>shutdown: nothing more will be sent.</summary>
    public const int SHUT_WR = 1;

    /// <summary>timerfd_create: the clock of <see cref="TimeProvider.System"/>'s timestamps.</summary>
    public const int CLOCK_MONOTONIC = 1;

    /// <summary>epoll_ctl: watch a descriptor.</summary>
    public const int EPOLL_CTL_ADD = 1;

    /// <summary>epoll_ctl: forget a descriptor.</summary>
    public const int EPOLL_CTL_DEL = 2;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int accept4(int socket, byte* address, int* length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(int socket, int level, int option, byte* value, int* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(int socket, int level, int option, byte* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockname(int socket, byte* address, int* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recv(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint send(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int shutdown(int socket, int how);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* pollEvent);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(int epoll, byte* pollEvents, int count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int eventfd(uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_create(int clock, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_settime(SafeHandle timer, int flags, nint* time, nint* before);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(SafeHandle descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(SafeHandle descriptor, byte* buffer, nuint length);
}

/// <summary>Linux's error numbers (errno(3)) in the words of the runtime, as far as sockets and descriptors give them.</summary>
internal static class Errno
{
    /// <summary>A signal came in between: the call is to be made again.</summary>
    public const int EINTR = 4;

    /// <summary>Why the last system call of this thread failed.</summary>
    public static SocketError Last() => ToSocketError(Marshal.GetLastPInvokeError());

    /// <summary>The runtime's word for an error number; <see cref="SocketError.SocketError"/> for one without.</summary>
    public static SocketError ToSocketError(int error) => error switch
    {
        1 or 13 => SocketError.AccessDenied, // EPERM, EACCES
        EINTR => SocketError.Interrupted,
        9 => SocketError.OperationAborted, // EBADF
        11 => SocketError.WouldBlock, // EAGAIN
        12 or 105 => SocketError.NoBufferSpaceAvailable, // ENOMEM, ENOBUFS
        22 => SocketError.InvalidArgument, // EINVAL
        23 or 24 => SocketError.TooManyOpenSockets, // ENFILE, EMFILE
        28 => SocketError.NoBufferSpaceAvailable, // ENOSPC: epoll's limit on watches
        32 => SocketError.Shutdown, // EPIPE
        64 or 112 => SocketError.HostDown, // ENONET, EHOSTDOWN
        71 => SocketError.ProtocolType, // EPROTO
        88 => SocketError.NotSocket, // ENOTSOCK
        92 => SocketError.ProtocolOption, // ENOPROTOOPT
        95 => SocketError.OperationNotSupported, // EOPNOTSUPP
        100 => SocketError.NetworkDown, // ENETDOWN
        101 => SocketError.NetworkUnreachable, // ENETUNREACH
        103 => SocketError.ConnectionAborted, // ECONNABORTED
        104 => SocketError.ConnectionReset, // ECONNRESET
        107 => SocketError.NotConnected, // ENOTCONN
        110 => SocketError.TimedOut, // ETIMEDOUT
        113 => SocketError.HostUnreachable, // EHOSTUNREACH
        _ => SocketError.SocketError,
    };
}
