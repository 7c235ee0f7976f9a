using System.Net.Sockets;
using SmartSink.Smtp.Server;
using SmartSink.Testing;

namespace SmartSink.Tests.Connections;

/// <summary>A crowd that writes one octet a second: half of it a command, the other half a message.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class SlowWriterTests
{
    private const int Crowd = 500;

    /// <summary>
    /// Octets of the heap for each: more than what has come of its line. A buffer for commands, for those that are in one, would be twice
    /// that; half a dozen threads that have their first turn now, with the buffers that those keep, are not as much.
    /// </summary>
    private const long Memory = 1024;

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task An_octet_a_second_costs_one_receive_and_no_memory_and_ends(string transport)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start(settings => settings with { IdleTimeout = TimeSpan.FromSeconds(90) });
        using var good = BlockingClient.Greeted(server.EndPoint);
        var clients = new List<BlockingClient>();
        for (var i = 0; i < Crowd; i++)
        {
            var client = BlockingClient.Greeted(server.EndPoint);
            clients.Add(client);
            if (i % 2 == 0)
            {
                client.Ask("MAIL FROM:<a@example.org>\r\n"u8).ShouldBe(250);
                client.Ask("RCPT TO:<b@example.net>\r\n"u8).ShouldBe(250);
                client.Ask("DATA\r\n"u8).ShouldBe(354);
            }
        }

        var held = HeldMemory.Read();
        var (sent, receives, turns) = (0, server.Connections.Receives, server.Server.PollingTurns);
        AllocatedMemory.ByOthers(Pass).ShouldBeLessThan(Crowd);
        (server.Connections.Receives - receives).ShouldBeLessThanOrEqualTo(sent);
        (server.Server.PollingTurns - turns).ShouldBeLessThanOrEqualTo(sent);
        (HeldMemory.Read() - held).ShouldBeLessThan(Crowd * Memory);
        server.Connections.Closed.ShouldBe(0);

        // The messages come too slowly, and the commands never; all are cut off while they still drip.
        while (server.Connections.Closed < Crowd)
        {
            Pass();
        }

        for (var i = 0; i < Crowd; i++)
        {
            (await server.Connections.NextEndAsync()).ShouldBe(i < Crowd / 2 ? SessionEndReason.SlowClient : SessionEndReason.IdleTimeout);
        }

        clients.ForEach(client => client.Dispose());

        void Pass()
        {
            clients.ForEach(client => client.Socket.Send("x"u8, SocketFlags.None, out _));
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            good.Ask("NOOP\r\n"u8).ShouldBe(250);
            sent += Crowd + 1;
        }
    }
}
