using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace SmartSink.Transport;

/// <summary>Opens sockets that listen: a port in use is one line for the operator instead of a stack trace.</summary>
internal static class ListenSocket
{
    /// <summary>As many waiting connections as the kernel allows (net.core.somaxconn).</summary>
    public const int LongestBacklog = 65535;

    // struct tcp_info of linux/tcp.h: eight octets, then words.
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const int UnackedAt = 24;
    private const int SackedAt = 28;

    /// <summary>
    /// How full the queue of a listening socket is: Linux tells it of TCP (tcp_get_info), in the fields that on a connection count segments. Null elsewhere,
    /// and once the socket is closed.
    /// </summary>
    public static AcceptBacklog? ReadBacklog(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily == AddressFamily.Unix)
        {
            return null;
        }

        Span<byte> info = stackalloc byte[SackedAt + sizeof(int)];
        try
        {
            return socket.GetRawSocketOption(TcpLevel, TcpInfo, info) == info.Length
                ? new AcceptBacklog(BitConverter.ToInt32(info[UnackedAt..]), BitConverter.ToInt32(info[SackedAt..]))
                : null;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Listens on an address or, for null, on all of them, IPv6 and IPv4, or IPv4 alone where the machine has no IPv6.</summary>
    /// <param name="address">Where.</param>
    /// <param name="port">0 for any free one.</param>
    /// <param name="prepare">Sets what must be set before.</param>
    /// <exception cref="ListenException">The address is not there, the port is in use or forbidden.</exception>
    public static Socket Open(IPAddress? address, int port, Action<Socket>? prepare = null)
    {
        try
        {
            return Open(new IPEndPoint(address ?? IPAddress.IPv6Any, port), LongestBacklog, prepare);
        }
        catch (ListenException error) when (address is null && error.SocketError is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            return Open(new IPEndPoint(IPAddress.Any, port), LongestBacklog, prepare);
        }
    }

    /// <summary>Listens. On all addresses of IPv6 that is those of IPv4, too.</summary>
    /// <exception cref="ListenException">The address is not there, the port is in use or forbidden.</exception>
    public static Socket Open(IPEndPoint endPoint, int backlog, Action<Socket>? prepare = null)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            prepare?.Invoke(socket);
            socket.Bind(endPoint);
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            throw new ListenException(endPoint, error);
        }
    }
}

/// <summary>The connections that the kernel has taken and nobody has accepted.</summary>
/// <param name="Waiting">How many there are.</param>
/// <param name="Most">How many there may be before the kernel drops more.</param>
internal readonly record struct AcceptBacklog(int Waiting, int Most);

/// <summary>The server cannot listen where it was told to. The message is one line for the operator.</summary>
[SuppressMessage("Roslynator", "RCS1194", Justification = "Only a failed bind or listen makes one.")]
internal sealed class ListenException : Exception
{
    /// <summary>The <see cref="Key"/> of what is no address or path here, or in use.</summary>
    public const string AddressKey = "Listen";

    /// <summary>The <see cref="Key"/> of an owner who is not there, or to whom this process may give nothing.</summary>
    public const string OwnerKey = "SocketOwner";

    /// <summary>Names the endpoint and what is wrong with it.</summary>
    public ListenException(IPEndPoint endPoint, SocketException cause)
        : base($"cannot listen on {endPoint}: {Describe(cause)}", cause)
    {
        SocketError = cause.SocketErrorCode;
        Key = SocketError == SocketError.AddressNotAvailable ? AddressKey : "Port";
    }

    /// <summary>Names the Unix socket and what is wrong with it.</summary>
    public ListenException(UnixSocketPlace place, string reason, Exception? cause = null)
        : base($"cannot listen on {place}: {reason}", cause) => Key = AddressKey;

    /// <summary>Says which listener it is.</summary>
    public ListenException(string listener, ListenException cause)
        : base(cause.Message, cause)
    {
        SocketError = cause.SocketError;
        Key = cause.Key;
        Listener = listener;
    }

    /// <summary>The SMTP listener's name; null for HTTP.</summary>
    public string? Listener { get; }

    /// <summary>What bind(2) or listen(2) answered, of an address and port.</summary>
    public SocketError SocketError { get; }

    /// <summary>The key in appsettings.json of the setting that is at fault: Port, Listen or SocketOwner.</summary>
    public string Key { get; init; }

    private static string Describe(SocketException cause) => cause.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is in use",
        SocketError.AccessDenied => "permission denied (ports below 1024 need a privilege)",
        SocketError.AddressNotAvailable => "this machine does not have the address",
        _ => cause.Message,
    };
}
