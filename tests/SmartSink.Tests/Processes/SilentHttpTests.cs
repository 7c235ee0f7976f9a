using System.Net;
using System.Net.Sockets;
using SmartSink.Http;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Processes;

/// <summary>Once, 64 connections that said nothing kept everybody else out of HTTP for two minutes.</summary>
public sealed class SilentHttpTests
{
    private const int Crowd = HttpLimits.MostConnections * 2;

    [Fact]
    public async Task Who_says_nothing_keeps_nobody_out_for_long_and_is_told_of_in_one_line()
    {
        await using var sink = await SinkProcess.StartAsync(string.Empty);
        var crowd = new List<TcpClient>();
        for (var i = 0; i < Crowd; i++)
        {
            var client = new TcpClient();
            crowd.Add(client);
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, sink.Http.Port, TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                // Reset, before this side knew that it was connected.
            }
        }

        await sink.SaysAsync($"WRN {HttpLimits.MostConnections} HTTP connections are open, which is the limit; refused since the last such message: 1");

        // Each of them is closed, at once or after a while.
        foreach (var client in crowd)
        {
            await ClosedAsync(client);
        }

        (await sink.MetricsAsync()).Sum("smartsink_build_info").ShouldBe(1);
        sink.Output.Split('\n').Count(line => line.Contains("HTTP connections are open", StringComparison.Ordinal)).ShouldBe(1);
        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);
    }

    private static async Task ClosedAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                (await client.GetStream().ReadAsync(new byte[1], Patience.Token())).ShouldBe(0);
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                // Reset, then or before.
            }
        }
    }
}
