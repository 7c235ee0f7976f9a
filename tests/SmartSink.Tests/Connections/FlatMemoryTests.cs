using System.Text;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

/// <summary>Bad clients in crowds: each is ended for its own reason, and afterwards the process holds what it held before.</summary>
public abstract class FlatMemoryTests
{
    protected FlatMemoryTests(string transport) => RunningServer.Over = transport;

    /// <summary>Connections of a crowd that are open at the same time.</summary>
    private const int Abreast = 50;

    private const int Crowds = 6;

    /// <summary>Octets that may stay behind: the big buffers of some threads that had no work before, and not one for each connection.</summary>
    private const long Tolerance = 1024 * 1024;

    /// <summary>The same where what is unfinished takes buffers from the shared pool, which keeps as many as were out at once (64 KiB for each of a crowd).</summary>
    private const long PoolTolerance = 8 * 1024 * 1024;

    private static readonly byte[] Garbage = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 100).Select(i => $"%!{i:x}[]\\~ ^^ no command of SMTP\r\n")));

    private static readonly byte[] BinaryGarbage = [.. Enumerable.Range(0, 4000).Select(i => (byte)((i * 31) | 0x80))];

    private static readonly byte[] EndlessLine = Encoding.ASCII.GetBytes(new string('x', 3 * 1024 * 1024));

    [Fact]
    public Task Garbage_is_flat() => PlayAsync(SessionEndReason.TooManyErrors, SaysAsync(Garbage));

    [Fact]
    public Task Binary_garbage_is_flat() => PlayAsync(SessionEndReason.NotSmtp, SaysAsync(BinaryGarbage));

    [Fact]
    public Task Http_is_flat() => PlayAsync(SessionEndReason.NotSmtp, SaysAsync("GET / HTTP/1.1\r\nHost: mx.sink.test\r\n\r\n"u8.ToArray()));

    [Fact]
    public Task A_TLS_hello_in_clear_is_flat() =>
        PlayAsync(SessionEndReason.NotSmtp, SaysAsync([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, .. new byte[500]]));

    [Fact]
    public Task Endless_lines_are_flat() => PlayAsync(SessionEndReason.LineTooLong, SaysAsync(EndlessLine), tolerance: PoolTolerance);

    [Fact]
    public Task An_endless_line_in_a_message_is_flat() => PlayAsync(
        SessionEndReason.ClosedInData,
        async client =>
        {
            await client.BeginDataAsync();
            await client.SendAsync(EndlessLine);
            client.HalfClose();
            await client.ReadToEndAsync();
        },
        tolerance: PoolTolerance);

    [Fact]
    public Task Silence_is_flat() => PlayAsync(
        SessionEndReason.IdleTimeout,
        _ => Task.CompletedTask,
        async (server, received) => await server.PassAsync(TimeSpan.FromMinutes(6), received));

    [Fact]
    public Task Commands_that_drip_are_flat() => PlayAsync(
        SessionEndReason.IdleTimeout,
        async client =>
        {
            foreach (var octet in "EHLO drip"u8.ToArray())
            {
                await client.SendAsync(new[] { octet });
            }
        },
        async (server, received) => await server.PassAsync(TimeSpan.FromMinutes(6), received));

    [Fact]
    public Task Resets_in_a_message_are_flat() => PlayAsync(SessionEndReason.ClosedInData, async client =>
    {
        await client.BeginDataAsync();
        await client.SendAsync("half a line"u8.ToArray());
        client.Reset();
    });

    [Fact]
    public Task Clients_that_never_read_are_flat() => PlayAsync(
        SessionEndReason.SlowClient,
        client =>
        {
            client.Socket.ReceiveBufferSize = 4096;
            client.Flood();
            return Task.CompletedTask;
        },
        async (server, _) =>
        {
            var patience = Patience.Token();
            while (server.Server.OpenConnections > 0)
            {
                patience.ThrowIfCancellationRequested();
                server.Clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        },
        abreast: 10,
        tolerance: 2 * Tolerance,
        orReason: SessionEndReason.IdleTimeout); // where the clock was faster than the machine

    private static Func<SmtpTestClient, Task> SaysAsync(byte[] bytes) => async client =>
    {
        await client.SendUntilClosedAsync(bytes);
        await client.ReadToEndAsync();
    };

    /// <summary>Plays the crowd once to warm up and then until all is counted, comparing the memory of both.</summary>
    private static async Task PlayAsync(
        SessionEndReason reason, Func<SmtpTestClient, Task> play, Func<RunningServer, long, Task>? then = null, int abreast = Abreast, long tolerance = Tolerance, SessionEndReason? orReason = null)
    {
        await using var server = RunningServer.Start();
        await CrowdAsync();
        var held = HeldMemory.Read();
        for (var i = 1; i < Crowds; i++)
        {
            await CrowdAsync();
        }

        (HeldMemory.Read() - held).ShouldBeLessThan(tolerance);
        server.Connections.Opened.ShouldBe(Crowds * abreast);
        server.Connections.Closed.ShouldBe(Crowds * abreast);

        async Task CrowdAsync()
        {
            var before = server.Connections.Received;
            var clients = new List<SmtpTestClient>();
            for (var i = 0; i < abreast; i++)
            {
                clients.Add(await server.GreetedAsync());
            }

            await Task.WhenAll(clients.Select(client => play(client)));
            if (then is not null)
            {
                await then(server, before + clients.Sum(client => client.Sent));
            }

            foreach (var client in clients)
            {
                await client.DisposeAsync();
            }

            for (var i = 0; i < abreast; i++)
            {
                (await server.Connections.NextEndAsync()).ShouldBeOneOf(reason, orReason ?? reason);
            }

            await server.EmptyAsync();
            server.Sessions.Clear();
        }
    }
}

[Collection(nameof(AloneInTheProcess))]
public sealed class FlatMemoryTestsOverEpoll() : FlatMemoryTests("epoll");

[Collection(nameof(AloneInTheProcess))]
public sealed class FlatMemoryTestsOverSockets() : FlatMemoryTests("sockets");
