using System.Net.Sockets;
using System.Text;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

/// <summary>A crowd that pipelines commands as fast as it can and never reads a reply.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class SlowReaderTests
{
    private const int Crowd = 20;
    private const int Seconds = 100;

    /// <summary>Octets of commands that may be taken from each: as many as the replies to them fill the buffers of both sockets. Offered are more than ten times that.</summary>
    private const long Work = 1024 * 1024;

    /// <summary>Octets of the heap for each: its connection, and what it did not take of one batch of replies.</summary>
    private const long Memory = 256 * 1024;

    private static readonly byte[] Commands = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HELP\r\n", 50_000)));

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Clients_that_never_read_get_no_more_work_done_than_fits_into_their_buffers(string transport)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start();
        using var good = BlockingClient.Greeted(server.EndPoint);
        var before = HeldMemory.Read();
        var clients = Enumerable.Range(0, Crowd).Select(_ => Deaf(server)).ToList();

        Press();
        var turns = server.Server.PollingTurns;
        var pressed = Press();
        (server.Server.PollingTurns - turns).ShouldBeLessThanOrEqualTo(Seconds + pressed);

        server.Connections.Received.ShouldBeLessThan(Crowd * Work);
        server.Connections.Closed.ShouldBe(0);
        server.Sessions.Clear();
        (HeldMemory.Read() - before).ShouldBeLessThan(Crowd * Memory);

        while (server.Connections.Closed < Crowd)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            good.Ask("NOOP\r\n"u8).ShouldBe(250);
        }

        for (var i = 0; i < Crowd; i++)
        {
            // The latter where a slow machine had not come to all commands of a client yet when that stopped.
            (await server.Connections.NextEndAsync()).ShouldBeOneOf(SessionEndReason.SlowClient, SessionEndReason.IdleTimeout);
        }

        clients.ForEach(client => client.Dispose());

        // As many octets as the crowd gets rid of, while somebody else is served.
        int Press()
        {
            var taken = 0;
            for (var second = 0; second < Seconds; second++)
            {
                taken += clients.Sum(client => client.Send(Commands, SocketFlags.None, out _));
                server.Clock.Advance(TimeSpan.FromSeconds(1));
                good.Ask("NOOP\r\n"u8).ShouldBe(250);
            }

            return taken;
        }
    }

    private static Socket Deaf(RunningServer server)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        client.Connect(server.EndPoint);
        client.Blocking = false;
        return client;
    }
}
