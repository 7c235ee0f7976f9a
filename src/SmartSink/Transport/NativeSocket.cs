using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SmartSink.Transport;

/// <summary>
/// A connected socket by its descriptor, which never blocks. The runtime's <see cref="Socket"/> would cost each connection several
/// objects, and each call a queue's lock, for the sake of threads that share it; a polled descriptor has one owner.
/// </summary>
internal static unsafe class NativeSocket
{
    /// <summary>Room for any address: struct sockaddr_in6 has 28 bytes.</summary>
    private const int AddressSize = 28;

    private const ushort FamilyUnix = 1;
    private const ushort FamilyIPv4 = 2;

    private const int ForgottenAtOnce = 32 * 1024;

    /// <summary>The first twelve bytes of an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2).</summary>
    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    /// <summary>Takes a connection off a listening socket's queue.</summary>
    /// <param name="listener">The listening descriptor, which must not block.</param>
    /// <param name="descriptor">The connection's own.</param>
    /// <param name="client">The client's address, IPv4-mapped IPv6 already unmapped; 127.0.0.1 on a Unix socket, where clients have none.</param>
    /// <returns><see cref="SocketError.Success"/>, or why there is no connection.</returns>
    public static SocketError Accept(int listener, out int descriptor, out IPAddress client)
    {
        var address = stackalloc byte[AddressSize];
        var length = AddressSize;
        descriptor = Libc.accept4(listener, address, &length, Libc.SOCK_NONBLOCK | Libc.CLOEXEC);
        if (descriptor < 0)
        {
            client = IPAddress.None;
            return Errno.Last();
        }

        client = ReadAddress(new ReadOnlySpan<byte>(address, AddressSize)) ?? IPAddress.Loopback;
        return SocketError.Success;
    }

    /// <summary>
    /// Where the client meant to connect to: what the kernel's NAT on this machine diverted, else the address that it connected to.
    /// A connection of IPv4 to a socket of both families is asked about as IPv4.
    /// </summary>
    /// <param name="descriptor">The connection.</param>
    /// <param name="family">The family of the client's address, unmapped.</param>
    /// <returns>IPv4-mapped IPv6 already unmapped; null on a Unix socket, and when the connection is lost already.</returns>
    public static IPAddress? Destination(int descriptor, AddressFamily family)
    {
        var address = stackalloc byte[AddressSize];
        var length = AddressSize;
        var level = family == AddressFamily.InterNetwork ? Libc.IPPROTO_IP : Libc.IPPROTO_IPV6;
        if (Libc.getsockopt(descriptor, level, Libc.SO_ORIGINAL_DST, address, &length) != 0)
        {
            // No NAT knows of the connection.
            length = AddressSize;
            if (Libc.getsockname(descriptor, address, &length) != 0)
            {
                return null;
            }
        }

        return ReadAddress(new ReadOnlySpan<byte>(address, AddressSize));
    }

    /// <summary>Takes what there is, up to the buffer's length; 0 with <see cref="SocketError.Success"/> at the end of what the client sends.</summary>
    public static int Receive(int descriptor, Span<byte> buffer, out SocketError error)
    {
        fixed (byte* bytes = buffer)
        {
            return Result(Libc.recv(descriptor, bytes, (nuint)buffer.Length, 0), out error);
        }
    }

    /// <summary>Looks at what there is and leaves it there; the result is that of <see cref="Receive"/>.</summary>
    public static int Peek(int descriptor, Span<byte> buffer, out SocketError error)
    {
        fixed (byte* bytes = buffer)
        {
            return Result(Libc.recv(descriptor, bytes, (nuint)buffer.Length, Libc.MSG_PEEK), out error);
        }
    }

    /// <summary>Drops what there is, up to a number of bytes, in the kernel; the result is that of <see cref="Receive"/>.</summary>
    public static int Drop(int descriptor, int bytes, out SocketError error) =>
        Result(Libc.recv(descriptor, null, (nuint)bytes, Libc.MSG_TRUNC), out error);

    /// <summary>The same as <see cref="Drop"/>, for sockets that are not TCP's: those cannot receive into nothing.</summary>
    [SkipLocalsInit]
    public static int ReceiveAndForget(int descriptor, int bytes, out SocketError error)
    {
        Span<byte> scratch = stackalloc byte[ForgottenAtOnce];
        var forgotten = 0;
        int received;
        do
        {
            var room = Math.Min(bytes - forgotten, ForgottenAtOnce);
            received = Receive(descriptor, scratch[..room], out error);
            forgotten += received;
        }
        while (received == ForgottenAtOnce && forgotten < bytes);
        error = forgotten > 0 ? SocketError.Success : error;
        return forgotten;
    }

    /// <summary>Sends as much as there is room for, and says how much that was.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="bytes">At least one.</param>
    /// <param name="last">Whether the sending side is shut down or closed right after, so that these bytes can travel with its FIN.</param>
    /// <param name="error"><see cref="SocketError.WouldBlock"/> when there is no room at all.</param>
    public static int Send(int descriptor, ReadOnlySpan<byte> bytes, bool last, out SocketError error)
    {
        fixed (byte* first = bytes)
        {
            return Result(Libc.send(descriptor, first, (nuint)bytes.Length, Libc.MSG_NOSIGNAL | (last ? Libc.MSG_MORE : 0)), out error);
        }
    }

    /// <summary>Shuts the sending side down. False when the connection is lost already.</summary>
    public static bool ShutdownSend(int descriptor) => Libc.shutdown(descriptor, Libc.SHUT_WR) == 0;

    /// <summary>Has the peer see a reset instead of an end when the socket is closed (SO_LINGER of no time, socket(7)).</summary>
    public static void ResetOnClose(int descriptor)
    {
        var linger = stackalloc int[] { 1, 0 };
        _ = Libc.setsockopt(descriptor, Libc.SOL_SOCKET, Libc.SO_LINGER, (byte*)linger, 2 * sizeof(int));
    }

    /// <summary>Reads a struct sockaddr_in or sockaddr_in6; the family is in the machine's order, the address in the network's. Null for a struct sockaddr_un.</summary>
    public static IPAddress? ReadAddress(ReadOnlySpan<byte> address)
    {
        var family = MemoryMarshal.Read<ushort>(address);
        if (family is FamilyIPv4 or FamilyUnix)
        {
            return family == FamilyIPv4 ? new IPAddress(address.Slice(4, 4)) : null;
        }

        var bytes = address.Slice(8, 16);
        return bytes.StartsWith(MappedPrefix)
            ? new IPAddress(bytes[MappedPrefix.Length..])
            : new IPAddress(bytes, MemoryMarshal.Read<uint>(address[24..]));
    }

    private static int Result(nint bytes, out SocketError error)
    {
        error = bytes >= 0 ? SocketError.Success : Errno.Last();
        return (int)Math.Max(bytes, 0);
    }
}
