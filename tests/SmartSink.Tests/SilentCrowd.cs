using System.Net;
using System.Net.Sockets;

namespace SmartSink.Tests;

/// <summary>Clients that connect and neither read nor say anything. They leave by a reset, so that no port waits for the end of their connections.</summary>
internal sealed class SilentCrowd : IDisposable
{
    private readonly List<Socket> _sockets;

    public SilentCrowd(IPEndPoint server, int count)
    {
        _sockets = new List<Socket>(count);
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(enable: true, 0) };
            _sockets.Add(socket);
            socket.Connect(server);
        }
    }

    public void Dispose()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _sockets.Clear();
    }
}
