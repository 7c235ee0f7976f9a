using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

/// <summary>Chunks of BDAT over sockets, where they are dropped in the kernel.</summary>
public abstract class ChunkingTests
{
    protected ChunkingTests(string transport) => RunningServer.Over = transport;

    private const string Envelope = "EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n";

    [Theory]
    [InlineData(3_000, false)]
    [InlineData(4_096, false)]
    [InlineData(100_000, false)]
    [InlineData(5_000_000, false)]
    [InlineData(100_000, true)]
    public async Task A_chunk_is_taken_and_counted_and_the_command_behind_it_is_read(int size, bool tls)
    {
        await using var server = RunningServer.Start(settings => settings with { StartTls = tls });
        await using var client = await ConnectedAsync(server, tls);
        var clear = client.Sent;
        await client.SendAsync(Envelope + $"BDAT {size}\r\n" + Bytes(size) + $"BDAT {size} LAST\r\n" + Bytes(size) + "NOOP\r\n");
        await EnvelopeAcceptedAsync(client);
        (await client.ReplyAsync()).ShouldBe("250 2.0.0 Chunk taken");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0 Ok: taken as ");
        (await client.ReplyAsync()).ShouldBe("250 2.0.0 Ok");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        server.Sessions.Messages.ShouldHaveSingleItem().ShouldBe(("a@example.org", 2 * size));
        server.Connections.Received.ShouldBe(client.Sent);
        clear.ShouldBe(tls ? "EHLO c\r\nSTARTTLS\r\n".Length : 0);
    }

    [Fact]
    public async Task Chunks_that_arrive_in_pieces_are_taken()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendAsync(Envelope + "BDAT 30000 LAST\r\n" + Bytes(5_000));
        await EnvelopeAcceptedAsync(client);
        foreach (var piece in new[] { 1, 9_999, 10_000, 4_999 })
        {
            await client.SendAsync(Bytes(piece));
            await server.SettledAsync(client.Sent);
        }

        await client.SendAsync("xNOO");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0 Ok: taken as ");
        (await client.AskAsync("P")).ShouldBe("250 2.0.0 Ok");
    }

    [Fact]
    public async Task The_octets_of_a_refused_chunk_are_dropped_and_the_dialog_stays_in_step()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendAsync("EHLO c\r\nBDAT 3000000 LAST\r\n" + Bytes(3_000_000) + "NOOP\r\n");
        (await client.ReplyAsync()).ShouldStartWith("250-");
        (await client.ReplyAsync()).ShouldStartWith("503 5.5.1");
        (await client.ReplyAsync()).ShouldBe("250 2.0.0 Ok");
        server.Sessions.Messages.ShouldBeEmpty();
        server.Connections.Received.ShouldBe(client.Sent);
    }

    [Theory]
    [InlineData("BDAT 100000 LAST\r\nhalf", false)]
    [InlineData("BDAT 100000 LAST\r\nhalf", true)]
    [InlineData("BDAT 4\r\nhalf", false)]
    public async Task A_client_lost_in_its_message_is_named(string sent, bool reset)
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendAsync(Envelope + sent);
        await EnvelopeAcceptedAsync(client);
        await server.SettledAsync(client.Sent);
        if (reset)
        {
            client.Reset();
        }
        else
        {
            client.HalfClose();
        }

        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClosedInData);
        server.Sessions.Events.ShouldBe(["abandoned 1"]);
    }

    [Fact]
    public async Task A_chunk_that_comes_too_slowly_is_told()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendAsync(Envelope + "BDAT 100000 LAST\r\nx");
        await EnvelopeAcceptedAsync(client);
        await server.PassAsync(TimeSpan.FromSeconds(62), client.Sent);
        (await client.ReplyAsync()).ShouldStartWith("421 4.4.2 The message came in too slowly");
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.SlowClient);
    }

    private static string Bytes(int count) => new('x', count);

    private static async Task EnvelopeAcceptedAsync(SmtpTestClient client)
    {
        (await client.ReplyAsync()).ShouldStartWith("250-");
        (await client.ReplyAsync()).ShouldStartWith("250 2.1.0");
        (await client.ReplyAsync()).ShouldStartWith("250 2.1.5");
    }

    private static async Task<SmtpTestClient> ConnectedAsync(RunningServer server, bool tls)
    {
        var client = await server.GreetedAsync();
        if (tls)
        {
            await client.AskAsync("EHLO c");
            (await client.AskAsync("STARTTLS")).ShouldStartWith("220");
            await client.StartTlsAsync();
        }

        return client;
    }
}

public sealed class ChunkingTestsOverEpoll() : ChunkingTests("epoll");

public sealed class ChunkingTestsOverSockets() : ChunkingTests("sockets");

public sealed class ChunkingTestsOverEpollOnUnix() : ChunkingTests(RunningServer.EpollOnUnix);

public sealed class ChunkingTestsOverSocketsOnUnix() : ChunkingTests(RunningServer.SocketsOnUnix);
