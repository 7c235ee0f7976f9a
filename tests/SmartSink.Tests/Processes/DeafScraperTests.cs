using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartSink.Http;
using SmartSink.Testing.Processes;

namespace SmartSink.Tests.Processes;

/// <summary>Scrapers that ask for page after page and never read one. Once, the kernel took megabytes for each, and so they had minutes to read them.</summary>
public sealed class DeafScraperTests
{
    private const int Crowd = HttpLimits.MostConnections / 2;

    /// <summary>Pages that each asks for: more than the buffers of both its sockets hold.</summary>
    private const int Pages = 500;

    /// <summary>Octets of resident memory for each, three times what was measured: its requests, one page, and what the web server has written ahead.</summary>
    private const double Memory = 2_000_000;

    private static readonly byte[] Requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /metrics HTTP/1.1\r\nHost: sink.test\r\n\r\n", Pages)));

    [Fact]
    public async Task They_hold_little_memory_keep_nobody_out_and_are_closed()
    {
        await using var sink = await SinkProcess.StartAsync(string.Empty);
        var before = await ResidentAsync();
        var crowd = Enumerable.Range(0, Crowd).Select(_ => Deaf(sink.Http.Port)).ToList();

        // Others are served all the while.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var most = before;
        while (!crowd.TrueForAll(IsClosed))
        {
            most = Math.Max(most, await ResidentAsync());
            await Task.Delay(100, limit.Token);
        }

        crowd.ForEach(client => client.Dispose());
        ((most - before) / Crowd).ShouldBeLessThan(Memory);
        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);

        async Task<double> ResidentAsync() => (await sink.MetricsAsync()).Sum("process_resident_memory_bytes");
    }

    private static Socket Deaf(int port)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        client.Connect(IPAddress.Loopback, port);
        client.Send(Requests).ShouldBe(Requests.Length);
        client.Blocking = false;
        return client;
    }

    /// <summary>Tells by sending, as it does not read: an empty line between requests means nothing.</summary>
    private static bool IsClosed(Socket client)
    {
        client.Send("\r\n"u8, SocketFlags.None, out var error);
        return error is not (SocketError.Success or SocketError.WouldBlock);
    }
}
