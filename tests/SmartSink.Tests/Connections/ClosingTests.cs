using System.Security.Authentication;
using System.Text;
using SmartSink.Settings;
using SmartSink.Smtp.Server;
using SmartSink.Tests.Tls;

namespace SmartSink.Tests.Connections;

/// <summary>What the client has sent and nobody wants any more: behind QUIT, and in the clear behind STARTTLS.</summary>
public class ClosingTests
{
    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    [InlineData(RunningServer.Memory)]
    public async Task A_client_that_pipelines_behind_QUIT_is_told_goodbye_and_may_say_the_rest(string transport)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendAsync("QUIT\r\nNOOP\r\nNOOP\r\n");
        await LeavesInGoodOrderAsync(server, client);
    }

    [Theory]
    [InlineData("epoll", "QUIT\r\nNOOP\r\n")]
    [InlineData("sockets", "QUIT\r\nNOOP\r\n")]
    [InlineData("epoll", "QUIT\r\n", "NOOP\r\n")]
    [InlineData(RunningServer.Memory, "QUIT\r\n", "NOOP\r\n", "NOOP\r\n")]
    public async Task The_same_holds_over_tls_in_one_record_and_in_several(string transport, params string[] records)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start(settings => settings with { StartTls = true });
        await using var client = await server.BeforeHandshakeAsync();
        await client.StartTlsAsync();
        await client.SendInOnePieceAsync(records);
        await LeavesInGoodOrderAsync(server, client);
    }

    public static TheoryData<string, bool, SslProtocols, bool> HalfCloses => new(
        from transport in new[] { "epoll", "sockets", RunningServer.Memory }
        from isImplicit in new[] { false, true }
        from version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 }
        from endsTls in new[] { false, true }
        select (transport, isImplicit, version, endsTls));

    [Theory]
    [MemberData(nameof(HalfCloses))]
    public async Task A_client_that_half_closes_over_tls_is_told_what_it_is_owed_and_the_end_of_tls(string transport, bool isImplicit, SslProtocols version, bool endsTls)
    {
        RunningServer.Over = transport;
        await using var server = RunningServer.Start(settings => settings with { Tls = isImplicit ? TlsMode.Implicit : TlsMode.StartTls });
        await using var client = await server.BeforeHandshakeAsync();
        await client.StartTlsAsync(version);
        if (isImplicit)
        {
            (await client.ReplyAsync()).ShouldStartWith("220 ");
        }

        await client.SendInOnePieceAsync(["EHLO client.example\r\nNOOP\r\n", "MAIL FROM:<a@b.example>\r\n"]);
        if (endsTls)
        {
            await client.Tls.ShutdownAsync();
        }

        client.HalfClose();
        (await client.ReplyAsync()).ShouldStartWith("250-");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0");
        (await client.ReplyAsync()).ShouldStartWith("250 2.1.0");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClientClosed);
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    [InlineData(RunningServer.Memory)]
    public async Task A_client_that_half_closes_over_tls_before_it_has_read_gets_all_of_thousands_of_replies(string transport)
    {
        const int Commands = 20_000;
        RunningServer.Over = transport;
        await using var server = RunningServer.Start(settings => settings with { StartTls = true });
        await using var client = await server.BeforeHandshakeAsync();
        await client.StartTlsAsync();
        var sending = SendAsync();
        for (var count = 0; count < Commands; count++)
        {
            (await client.ReplyAsync()).ShouldStartWith("250 ");
        }

        (await client.LineAsync()).ShouldBeNull();
        await sending;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClientClosed);

        async Task SendAsync()
        {
            await client.SendAsync(string.Concat(Enumerable.Repeat("NOOP\r\n", Commands)));
            client.HalfClose();
        }
    }

    /// <summary>The plaintext must be gone before the client may begin with TLS, which is as soon as it has the last byte of the 220.</summary>
    [Fact]
    public async Task A_hello_right_behind_a_reply_that_had_to_wait_is_not_dropped_with_the_plaintext()
    {
        var memory = new MemoryTransport { Window = 1024 };
        await using var server = RunningServer.Start(memory, settings => settings with { StartTls = true });
        await using var client = await server.GreetedAsync();
        var connection = client.Memory!.Connection;
        var said = new StringBuilder();
        var hello = ClientHello.Make("mx.sink.test");
        connection.WhenSent = bytes =>
        {
            said.Append(Encoding.Latin1.GetString(bytes.Span));
            if (said.ToString().Contains("220 2.0.0", StringComparison.Ordinal) && said[^1] == '\n')
            {
                connection.WhenSent = null;
                client.Memory.WriteAsync(hello).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
            }
        };

        await client.SendAsync("EHLO c\r\n" + string.Concat(Enumerable.Repeat("HELP\r\n", 40)) + "STARTTLS\r\nMAIL FROM:<injected@example.org>\r\n");
        await server.SettledAsync(client.Sent);
        await client.SendAsync("RCPT TO:<injected@example.net>\r\n");
        (await client.ReplyAsync()).ShouldContain("STARTTLS");
        (await client.ReplyBehindAsync("214")).ShouldStartWith("220 2.0.0");

        const byte HandshakeRecord = 22;
        (await client.ByteAsync()).ShouldBe(HandshakeRecord);
        server.Sessions.Events.ShouldNotContain(happened => happened.Contains("injected", StringComparison.Ordinal));
    }

    private static async Task LeavesInGoodOrderAsync(RunningServer server, SmtpTestClient client)
    {
        (await client.ReplyAsync()).ShouldStartWith("221 ");
        (await client.LineAsync()).ShouldBeNull();
        await server.SettledAsync(received: 0);
        server.Connections.Closed.ShouldBe(0);
        await client.SendAsync("NOOP\r\n");
        await client.SendAsync("NOOP\r\n");
        await client.DisposeAsync();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
    }
}
