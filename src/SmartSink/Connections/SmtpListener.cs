using System.Net;
using System.Net.Sockets;

namespace SmartSink.Connections;

/// <summary>The listening socket.</summary>
internal sealed class SmtpListener : IDisposable
{
    /// <summary>As many waiting connections as the kernel allows.</summary>
    private const int Backlog = 65535;

    /// <summary>TCP_DEFER_ACCEPT (tcp(7)): a connection is queued with its first octets, or without any after some seconds.</summary>
    private const int TcpLevel = 6;
    private const int DeferAccept = 9;
    private const int DeferredSeconds = 1;

    private readonly Socket _socket;

    private SmtpListener(Socket socket) => _socket = socket;

    /// <summary>Where it listens, with the port that was found when 0 was asked for.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>The descriptor, which does not block.</summary>
    public int Descriptor => (int)_socket.Handle;

    /// <summary>Starts listening.</summary>
    /// <param name="address">The address; null for all of them, IPv6 and IPv4, or IPv4 alone where the machine has no IPv6.</param>
    /// <param name="port">The port; 0 for any free one.</param>
    /// <param name="clientSpeaksFirst">Whether a connection without an octet is of no use yet: accepting it then would cost a wait more.</param>
    /// <exception cref="ListenException">The address is not there, the port is in use or forbidden.</exception>
    public static SmtpListener Open(IPAddress? address, int port, bool clientSpeaksFirst = false)
    {
        if (address is not null)
        {
            return Open(new IPEndPoint(address, port), clientSpeaksFirst);
        }

        try
        {
            return Open(new IPEndPoint(IPAddress.IPv6Any, port), clientSpeaksFirst);
        }
        catch (ListenException error) when (error.SocketError is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            return Open(new IPEndPoint(IPAddress.Any, port), clientSpeaksFirst);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static SmtpListener Open(IPEndPoint endPoint, bool clientSpeaksFirst)
    {
        return new SmtpListener(ListeningSocket.Open(endPoint, Backlog, Prepare));

        void Prepare(Socket socket)
        {
            // Accepted sockets inherit this: a reply is one send, so there is nothing to gather for.
            socket.NoDelay = true;
            socket.Blocking = false;
            if (clientSpeaksFirst)
            {
                socket.SetRawSocketOption(TcpLevel, DeferAccept, BitConverter.GetBytes(DeferredSeconds));
            }
        }
    }
}
