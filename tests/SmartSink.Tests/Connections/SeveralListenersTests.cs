using System.Net;
using System.Net.Sockets;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;
using SmartSink.Transport;

namespace SmartSink.Tests.Connections;

public abstract class SeveralListenersTests
{
    protected SeveralListenersTests(string transport) => RunningServer.Over = transport;

    [Fact]
    public async Task Each_listener_goes_by_its_own_settings_and_all_share_the_limit_on_connections()
    {
        await using var server = RunningServer.Start(settings => WithListeners(
            settings with { MaxConnections = 2 },
            listener => listener with { Name = "first", Banner = "one" },
            listener => listener with { Name = "second", Banner = "two", Hostname = "two.example", MaxRecipients = 1 }));
        server.Server.Listeners.Select(listener => listener.Settings.Name).ShouldBe(["first", "second"]);
        await using var first = await server.ConnectAsync(0);
        await using var second = await server.ConnectAsync(1);

        (await first.ReplyAsync()).ShouldBe("220 mx.sink.test one");
        (await second.ReplyAsync()).ShouldBe("220 two.example two");
        foreach (var (client, reply) in new[] { (first, "250 2.1.5"), (second, "452 4.5.3") })
        {
            await client.AskAsync("EHLO c");
            await client.AskAsync("MAIL FROM:<a@b.example>");
            (await client.AskAsync("RCPT TO:<a@b.example>")).ShouldStartWith("250 2.1.5");
            (await client.AskAsync("RCPT TO:<a@b.example>")).ShouldStartWith(reply);
        }

        await using var third = await server.ConnectAsync(1);
        (await third.ReplyAsync()).ShouldStartWith("421 4.3.2 two.example too many connections");
    }

    [Fact]
    public async Task A_stop_reaches_the_connections_of_every_listener()
    {
        await using var server = RunningServer.Start(settings => WithListeners(settings, listener => listener, listener => listener with { Name = "second" }));
        await using var first = await server.ConnectAsync(0);
        await using var second = await server.ConnectAsync(1);
        await first.ReplyAsync();
        await second.ReplyAsync();
        var endPoints = server.Server.Listeners.Select(listener => listener.EndPoint).ToList();

        await server.StopAsync();

        (await first.ReplyAsync()).ShouldStartWith("421 4.3.2");
        (await second.ReplyAsync()).ShouldStartWith("421 4.3.2");
        foreach (var endPoint in endPoints)
        {
            await Should.ThrowAsync<SocketException>(() => SmtpTestClient.ConnectAsync(endPoint));
        }

        await server.Server.Completion.WaitAsync(Patience.Token());
    }

    [Fact]
    public void When_one_listener_has_no_port_none_listens()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var error = Should.Throw<ListenException>(() => RunningServer.Start(settings => WithListeners(
            settings, listener => listener, listener => listener with { Name = "second", Port = port })));

        error.Listener.ShouldBe("second");
        error.Message.ShouldBe($"cannot listen on 127.0.0.1:{port}: the port is in use");
    }

    [Fact]
    public async Task A_listener_may_speak_LMTP_and_another_SMTP()
    {
        await using var server = RunningServer.Start(settings => WithListeners(
            settings, listener => listener, listener => listener with { Name = "lmtp", Protocol = MailProtocol.Lmtp }));
        await using var smtp = await server.ConnectAsync(0);
        await using var lmtp = await server.ConnectAsync(1);
        await smtp.ReplyAsync();
        await lmtp.ReplyAsync();
        (await smtp.AskAsync("LHLO c")).ShouldStartWith("500 ");
        (await lmtp.AskAsync("EHLO c")).ShouldStartWith("500 ");
        (await lmtp.AskAsync("LHLO c")).ShouldContain("PIPELINING");
        await lmtp.SendAsync("MAIL FROM:<a@b.example>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<b@b.example>\r\nBDAT 5 LAST\r\nhello");
        for (var replies = 0; replies < 5; replies++)
        {
            (await lmtp.ReplyAsync()).ShouldStartWith("250 ");
        }
    }

    [Fact]
    public async Task Only_who_is_believed_may_speak_for_others()
    {
        var filter = new ScriptedFilter();
        var networks = NetworkList.Loopback;
        await using var server = RunningServer.Start(
            settings => WithListeners(settings, listener => listener, listener => listener with { Name = "believing", XclientNetworks = networks }), filter);
        await using var stranger = await server.ConnectAsync(0);
        await using var friend = await server.ConnectAsync(1);
        await stranger.ReplyAsync();
        await friend.ReplyAsync();
        (await stranger.AskAsync("XCLIENT ADDR=192.0.2.1")).ShouldStartWith("550 5.7.0 ");
        (await stranger.AskAsync("EHLO c")).ShouldNotContain("XCLIENT");
        (await friend.AskAsync("EHLO c")).ShouldContain("XCLIENT NAME ADDR");
        (await friend.AskAsync("XCLIENT ADDR=192.0.2.1 DESTADDR=198.51.100.25")).ShouldStartWith("220 ");
        filter.Asked[^1].ShouldContain("client=192.0.2.1 to=198.51.100.25 ");
    }

    [Fact]
    public async Task One_broken_listener_surfaces_while_the_others_still_serve()
    {
        await using var server = RunningServer.Start(settings => WithListeners(settings, listener => listener, listener => listener with { Name = "second" }));

        ListeningDescriptor.Break((IPEndPoint)server.Server.Listeners[1].EndPoint);

        (await Should.ThrowAsync<SocketException>(() => server.Server.Completion.WaitAsync(Patience.Token()))).SocketErrorCode.ShouldBe(SocketError.InvalidArgument);
        await using var client = await server.GreetedAsync();
    }

    [Fact]
    public async Task Implicit_TLS_greets_behind_the_handshake_and_offers_no_STARTTLS()
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        await using var client = await server.ConnectAsync();
        await client.StartTlsAsync();
        (await client.ReplyAsync()).ShouldStartWith("220 mx.sink.test ");
        (await client.AskAsync("EHLO c")).ShouldNotContain("STARTTLS");
        (await client.AskAsync("STARTTLS")).ShouldStartWith("503 5.5.1 TLS is active already");
        await client.BeginDataAsync();
        (await client.AskAsync("hello\r\n.")).ShouldStartWith("250 2.0.0");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
    }

    [Fact]
    public async Task Implicit_TLS_can_refuse_at_the_greeting()
    {
        var filter = new ScriptedFilter().At(Smtp.Stage.Connect, new FixedReply(421, new(4, 7, 0), "Not now"u8));
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit }, filter);
        await using var client = await server.ConnectAsync();
        await client.StartTlsAsync();
        (await client.ReplyAsync()).ShouldBe("421 4.7.0 Not now");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.PolicyClosed);
    }

    [Fact]
    public async Task A_client_that_speaks_in_the_clear_to_implicit_TLS_is_closed()
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        await using var client = await server.ConnectAsync();
        await client.SendAsync("EHLO c\r\n");
        await client.ReadToEndAsync();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
    }

    [Fact]
    public async Task A_client_that_says_nothing_to_implicit_TLS_is_cut_off()
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit });
        await using var client = await server.ConnectAsync();
        (await server.PassUntilEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
        await client.ReadToEndAsync();
    }

    private static SinkSettings WithListeners(SinkSettings settings, params Func<ListenerSettings, ListenerSettings>[] listeners) =>
        settings with { Listeners = [.. listeners.Select(configure => configure(settings.ToListener()))] };
}

public sealed class SeveralListenersTestsOverEpoll() : SeveralListenersTests("epoll");

public sealed class SeveralListenersTestsOverSockets() : SeveralListenersTests("sockets");
