using System.Net;
using System.Net.Sockets;

namespace SmartSink.PeerBenchmarks.Measuring;

/// <summary>Waiting for a sink that is starting.</summary>
internal static class Banner
{
    /// <summary>Connects again and again, each millisecond, until the sink has sent its banner.</summary>
    /// <param name="port">Where it will listen on 127.0.0.1.</param>
    /// <param name="ended">Whether there is nobody left to wait for.</param>
    /// <exception cref="InvalidOperationException">It ended, or a minute passed.</exception>
    public static async Task AwaitAsync(int port, Func<bool> ended)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var bytes = new byte[512];
        while (!ended() && !limit.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
                if (await socket.ReceiveAsync(bytes, limit.Token) > 0)
                {
                    return;
                }
            }
            catch (SocketException)
            {
                await Task.Delay(1);
            }
        }

        throw new InvalidOperationException($"no banner on port {port}");
    }
}
