using System.Net;
using System.Net.Sockets;
using SmartSink.Listening;

namespace SmartSink.Http;

/// <summary>
/// The socket that HTTP listens on, opened before the web server is built: a port in use is then one line at the start instead of
/// a stack trace from within.
/// </summary>
internal static class HttpSocket
{
    private const int Backlog = 512;

    /// <summary>Listens.</summary>
    /// <exception cref="ListenException">That is not possible there.</exception>
    public static Socket Open(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new ListenException(endPoint, exception);
        }
    }
}
