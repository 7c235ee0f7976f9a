using System.Net;
using System.Net.Sockets;

namespace SmartSink.Connections;

/// <summary>Opens sockets that listen: a port in use is one line for the operator instead of a stack trace.</summary>
internal static class ListeningSocket
{
    /// <summary>Listens. On all addresses of IPv6 that is those of IPv4, too.</summary>
    /// <param name="endPoint">Where; port 0 for any free one.</param>
    /// <param name="backlog">How many connections may wait; the kernel cuts it at net.core.somaxconn.</param>
    /// <param name="prepare">Sets what must be set before.</param>
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
