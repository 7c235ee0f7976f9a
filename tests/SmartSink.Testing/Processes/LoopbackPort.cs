using System.Net;
using System.Net.Sockets;

namespace SmartSink.Testing.Processes;

/// <summary>Ports for programs that must be told one and cannot say which they got.</summary>
public static class LoopbackPort
{
    /// <summary>A port on loopback that nobody listens on now.</summary>
    public static int Free()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
