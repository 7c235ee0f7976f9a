using System.Net.Sockets;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

/// <summary>Clients that are slow behind a handshake, while one in the clear is served.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class SlowTlsClientTests
{
    private const int Crowd = 20;
    private const int Seconds = 100;

    /// <summary>Octets of commands that may be taken from each that never reads: as many as the replies to them fill the buffers of both sockets.</summary>
    private const long Work = 1024 * 1024;

    /// <summary>Octets of the heap for each: both ends of its connection, each with a record or two, and what it did not take of one batch of replies.</summary>
    private const long Memory = 256 * 1024;

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Clients_that_never_read_get_no_more_work_done_than_fits_into_their_buffers(string transport)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start(settings => settings with { StartTls = true, PollingThreads = 1 });
        using var good = BlockingClient.Greeted(server.EndPoint);
        var clients = await CrowdAsync(server);
        byte[] commands = [.. Enumerable.Repeat("HELP\r\n"u8.ToArray(), 1_000_000).SelectMany(command => command)];
        var before = HeldMemory.Read();
        var sending = clients.ConvertAll(client => client.SendUntilClosedAsync(commands));

        Press(server, good);
        await StuckAsync(server, good, clients, sending);
        var (turns, received) = (server.Server.PollingTurns, server.Connections.Received);
        Press(server, good);

        (server.Server.PollingTurns - turns).ShouldBeLessThanOrEqualTo(Seconds + server.Connections.Received - received);
        server.Connections.Received.ShouldBeLessThan(Crowd * Work);
        server.Connections.Closed.ShouldBe(0);
        server.Sessions.Clear();
        (HeldMemory.Read() - before).ShouldBeLessThan(Crowd * Memory);

        await EndAsync(server, good, SessionEndReason.SlowClient);
        await Task.WhenAll(sending);
        clients.ForEach(client => client.Reset());
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task A_record_that_comes_octet_by_octet_costs_a_turn_for_each_and_no_more_than_its_buffer_and_ends(string transport)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start(settings => settings with { StartTls = true });
        using var good = BlockingClient.Greeted(server.EndPoint);
        var clients = await CrowdAsync(server);
        await server.SettledAsync(received: 0);
        var (held, turns, sent) = (HeldMemory.Read(), server.Server.PollingTurns, 0);

        // The head of a record of application data, whose text is never whole.
        foreach (var octet in (byte[])[23, 3, 3, 0x40, 0, .. new byte[Seconds]])
        {
            clients.ForEach(client => client.Socket.Send([octet]));
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            good.Ask("NOOP\r\n"u8).ShouldBe(250);
            sent += Crowd + 1;
        }

        (server.Server.PollingTurns - turns).ShouldBeLessThanOrEqualTo(sent);
        (HeldMemory.Read() - held).ShouldBeLessThan(Crowd * Memory);
        server.Connections.Closed.ShouldBe(0);

        await EndAsync(server, good, SessionEndReason.IdleTimeout);
        clients.ForEach(client => client.Reset());
    }

    private static async Task<List<SmtpTestClient>> CrowdAsync(RunningServer server)
    {
        var clients = new List<SmtpTestClient>();
        for (var i = 0; i < Crowd; i++)
        {
            var client = await server.BeforeHandshakeAsync();
            client.Socket.ReceiveBufferSize = 4096;
            await client.StartTlsAsync();
            (await client.AskAsync("EHLO client.example")).ShouldStartWith("250");
            clients.Add(client);
        }

        return clients;
    }

    /// <summary>
    /// Waits until nobody gets any further: no client gets rid of more, before nor after the good one, who waits for its turn like all the
    /// others, was the only one to have one. Until then the time of one whose commands are not sent yet may come for its silence.
    /// </summary>
    private static async Task StuckAsync(RunningServer server, BlockingClient good, List<SmtpTestClient> clients, List<Task> sending)
    {
        var patience = Patience.Token();
        while (!IsStuck())
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        bool IsStuck()
        {
            var turns = server.Server.PollingTurns;
            return IsBlocked() && good.Ask("NOOP\r\n"u8) == 250 && server.Server.PollingTurns == turns + 1 && IsBlocked();
        }

        bool IsBlocked() => !clients.Zip(sending).Any(client => !client.Second.IsCompleted && client.First.Socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite));
    }

    private static void Press(RunningServer server, BlockingClient good)
    {
        for (var second = 0; second < Seconds; second++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            good.Ask("NOOP\r\n"u8).ShouldBe(250);
        }
    }

    /// <summary>The crowd's time comes, while the good one is served.</summary>
    private static async Task EndAsync(RunningServer server, BlockingClient good, SessionEndReason reason)
    {
        var patience = Patience.Token();
        while (server.Connections.Closed < Crowd)
        {
            patience.ThrowIfCancellationRequested();
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            good.Ask("NOOP\r\n"u8).ShouldBe(250);
        }

        for (var i = 0; i < Crowd; i++)
        {
            (await server.Connections.NextEndAsync()).ShouldBe(reason);
        }
    }
}
