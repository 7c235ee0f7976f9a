using System.Net;
using System.Net.Sockets;

namespace SmartSink.Testing.Processes;

/// <summary>Ports for programs that must be told one and cannot say which they got.</summary>
public static class LoopbackPort
{
    // Below those that the system gives to clients, and to whoever asks for any: none of them comes between the choice and the program.
    private const int First = 20_000;
    private const int Last = 30_000;

    /// <summary>A port on loopback that nobody listens on now.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one, then.
            }
        }
    }
}
