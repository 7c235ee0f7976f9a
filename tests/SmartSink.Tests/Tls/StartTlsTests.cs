using System.Security.Authentication;
using System.Text;
using SmartSink.Settings;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Tls;

public abstract class StartTlsTests
{
    protected StartTlsTests(string transport) => RunningServer.Over = transport;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_message_goes_over_tls(SslProtocols version)
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await UpgradedAsync(server, version);
        client.Tls.SslProtocol.ShouldBe(version);
        client.Tls.RemoteCertificate!.GetCertHashString().ShouldBe(server.Certificate!.Target.GetCertHashString());
        (await client.AskAsync("EHLO c")).ShouldNotContain("STARTTLS");
        await client.BeginDataAsync();
        await client.SendAsync(string.Concat(Enumerable.Repeat(new string('x', 998) + "\r\n", 1000)) + ".\r\n");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        server.Sessions.Messages.ShouldHaveSingleItem().Size.ShouldBe(1_000_000);
        server.Connections.Handshakes.ShouldHaveSingleItem().ShouldBe((version, true));
    }

    [Theory]
    [InlineData("STARTTLS\r\nMAIL FROM:<injected@example.org>\r\n")]
    [InlineData("STARTTLS\r\nMAIL FROM:<injected@example.org>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n")]
    public async Task What_was_injected_behind_STARTTLS_is_dropped(string bytes)
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO c");
        await client.SendAsync(bytes);
        (await client.ReplyAsync()).ShouldStartWith("220 2.0.0");
        await client.StartTlsAsync();
        (await client.AskAsync("RCPT TO:<a@b.example>")).ShouldStartWith("503");
        (await client.AskAsync("EHLO c")).ShouldStartWith("250");
        (await client.AskAsync("RCPT TO:<a@b.example>")).ShouldStartWith("503");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
    }

    [Fact]
    public async Task What_is_said_behind_QUIT_does_not_take_its_reply_away()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await UpgradedAsync(server);
        await client.SendUntilClosedAsync(Encoding.ASCII.GetBytes("QUIT\r\n" + string.Concat(Enumerable.Repeat("NOOP\r\n", 50_000))));
        client.HalfClose();
        (await client.ReplyAsync()).ShouldStartWith("221");
        (await client.LineAsync()).ShouldBeNull();

        // Behind the end of TLS comes that of the connection, and not a reset, which can reach the client before the reply is read.
        (await client.Socket.ReceiveAsync(new byte[1].AsMemory(), Patience.Token())).ShouldBe(0);
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
    }

    [Fact]
    public async Task A_pipelined_batch_and_a_line_in_two_records_are_answered()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await UpgradedAsync(server);
        await client.SendAsync("EHLO c\r\nNOOP\r\nRSET\r\nNO");
        (await client.ReplyAsync()).ShouldStartWith("250-");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0");
        (await client.AskAsync("OP")).ShouldStartWith("250 2.0.0");
    }

    [Fact]
    public async Task Thousands_of_pipelined_commands_are_answered()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await UpgradedAsync(server);
        var sending = client.SendAsync(string.Concat(Enumerable.Repeat("NOOP\r\n", 20_000)));
        for (var i = 0; i < 20_000; i++)
        {
            (await client.ReplyAsync()).ShouldStartWith("250");
        }

        await sending;
    }

    [Fact]
    public async Task A_handshake_that_does_not_come_times_out()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO c");
        (await client.AskAsync("STARTTLS")).ShouldStartWith("220");
        await server.PassAsync(TimeSpan.FromSeconds(29), client.Sent);
        server.Connections.Closed.ShouldBe(0);
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
        server.Connections.Handshakes.ShouldHaveSingleItem().ShouldBe((SslProtocols.None, false));
    }

    [Fact]
    public async Task Garbage_instead_of_a_handshake_fails_it()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO c");
        (await client.AskAsync("STARTTLS")).ShouldStartWith("220");
        await client.SendAsync("MAIL FROM:<a@b.example>\r\n");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
    }

    [Fact]
    public async Task Versions_that_are_switched_off_are_refused()
    {
        await using var server = RunningServer.Start(settings => WithTls(settings) with { TlsVersions = SslProtocols.Tls13 });
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO c");
        await client.AskAsync("STARTTLS");
        await Should.ThrowAsync<Exception>(() => client.StartTlsAsync(SslProtocols.Tls12));
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
    }

    [Fact]
    public async Task A_silent_client_is_told_over_tls()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await UpgradedAsync(server);
        await client.AskAsync("EHLO c");
        await server.PassAsync(TimeSpan.FromMinutes(6), received: 0);
        (await client.ReplyAsync()).ShouldStartWith("421 4.4.2");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.IdleTimeout);
    }

    [Fact]
    public async Task A_client_that_was_told_to_go_with_much_unread_may_say_the_rest_and_close()
    {
        await using var server = RunningServer.Start(settings => WithTls(settings) with { MaxErrors = 3 });
        await using var client = await UpgradedAsync(server);
        await client.SendUntilClosedAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("NONSENSE\r\n", 50_000))));
        client.HalfClose();
        (await client.ReplyBehindAsync("500")).ShouldStartWith("421 4.7.0");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyErrors);
    }

    [Fact]
    public async Task A_stop_lets_a_transaction_over_tls_finish()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var idle = await UpgradedAsync(server);
        await idle.AskAsync("EHLO c");
        await using var busy = await UpgradedAsync(server);
        await busy.BeginDataAsync();
        var stopping = server.StopAsync();
        (await idle.ReplyAsync()).ShouldStartWith("421 4.3.2");
        idle.HalfClose();
        (await busy.AskAsync("hello\r\n.")).ShouldStartWith("250 2.0.0");
        (await busy.ReplyAsync()).ShouldStartWith("421 4.3.2");
        busy.HalfClose();
        await stopping;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
    }

    [Fact]
    public async Task A_stop_forces_transactions_and_handshakes_over_tls()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var busy = await UpgradedAsync(server);
        await busy.BeginDataAsync();
        await using var half = await server.GreetedAsync();
        await half.AskAsync("EHLO c");
        await half.AskAsync("STARTTLS");
        var stopping = server.StopAsync();
        await server.WaitsInStopAsync();
        server.Clock.Advance(server.Settings.ShutdownTimeout);
        (await busy.ReplyAsync()).ShouldStartWith("421 4.3.2");
        busy.HalfClose();
        await stopping;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
    }

    [Fact]
    public async Task A_forced_stop_lets_a_goodbye_over_tls_that_is_on_its_way_arrive()
    {
        await using var server = RunningServer.Start(WithTls, new ScriptedFilter().At(Stage.Mail, new LongGoodbye()));
        await using var client = await UpgradedAsync(server);
        await client.AskAsync("EHLO c");
        await client.SendAsync("MAIL FROM:<a@b.example>\r\n");
        (await client.LineAsync()).ShouldStartWith("421-");
        var stopping = server.Server.StopAsync(new CancellationToken(canceled: true));
        (await client.ReplyAsync()).ShouldEndWith(LongGoodbye.LastLine);
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        await stopping.WaitAsync(Patience.Token());
    }

    [Fact]
    public async Task An_idle_client_over_tls_cannot_hold_a_stop_up()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await UpgradedAsync(server);
        await client.AskAsync("EHLO c");
        await server.StopAsync();
        (await client.ReplyAsync()).ShouldStartWith("421 4.3.2");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
    }

    [Fact]
    public async Task A_client_lost_in_its_message_over_tls_is_named()
    {
        await using var server = RunningServer.Start(WithTls);
        await using var client = await UpgradedAsync(server);
        await client.BeginDataAsync();
        client.Reset();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClosedInData);
    }

    [Fact]
    public async Task Without_a_certificate_STARTTLS_is_not_offered()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        (await client.AskAsync("EHLO c")).ShouldNotContain("STARTTLS");
        (await client.AskAsync("STARTTLS")).ShouldStartWith("502");
    }

    private static SinkSettings WithTls(SinkSettings settings) => settings with { StartTls = true };

    private static async Task<SmtpTestClient> UpgradedAsync(RunningServer server, SslProtocols version = SslProtocols.None)
    {
        var client = await server.BeforeHandshakeAsync();
        await client.StartTlsAsync(version);
        return client;
    }
}

public sealed class StartTlsTestsOverEpoll() : StartTlsTests("epoll");

public sealed class StartTlsTestsOverSockets() : StartTlsTests("sockets");

public sealed class StartTlsTestsOverEpollOnUnix() : StartTlsTests(RunningServer.EpollOnUnix);

public sealed class StartTlsTestsOverSocketsOnUnix() : StartTlsTests(RunningServer.SocketsOnUnix);
