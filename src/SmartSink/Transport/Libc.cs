using System.Runtime.InteropServices;

namespace SmartSink.Transport;

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

    /// <summary>recv: the octets stay in the socket.</summary>
    public const int MSG_PEEK = 0x2;

    /// <summary>recv, on TCP: the octets are dropped instead of copied, and the buffer is not touched (tcp(7)).</summary>
    public const int MSG_TRUNC = 0x20;

    /// <summary>send: a client that has gone away is an error and not a signal.</summary>
    public const int MSG_NOSIGNAL = 0x4000;

    /// <summary>send: more follows at once, so that these octets may travel with it.</summary>
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
    public static partial nint read(SafeHandle descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(SafeHandle descriptor, byte* buffer, nuint length);
}
