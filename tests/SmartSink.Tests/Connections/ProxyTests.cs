using System.Text;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;
using SmartSink.Tests.Proxy;

namespace SmartSink.Tests.Connections;

/// <summary>Connections that come through a proxy, over real sockets.</summary>
public abstract class ProxyTests
{
    protected ProxyTests(string transport) => RunningServer.Over = transport;

    private const string Line = "PROXY TCP4 192.0.2.1 198.51.100.25 49152 25\r\n";

    private static readonly byte[] Block = ProxyBlockBuilder.Tcp("[2001:db8::1]:49152", "[2001:db8::25]:25", ProxyBlockBuilder.Field(2, "mx.example"u8.ToArray()));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_client_is_the_one_that_the_header_names(int version)
    {
        var filter = new ScriptedFilter();
        await using var server = RunningServer.Start(WithProxy, filter);
        await using var client = await server.ConnectAsync();
        await client.SendAsync(version == 1 ? Encoding.ASCII.GetBytes(Line) : Block);
        (await client.ReplyAsync()).ShouldStartWith("220 ");
        (await client.AskAsync("EHLO c")).ShouldStartWith("250");
        (await client.AskAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("250");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);

        var expected = version == 1 ? "client=192.0.2.1 to=198.51.100.25 " : "client=2001:db8::1 to=2001:db8::25 ";
        filter.Asked.Count.ShouldBe(3);
        filter.Asked.ShouldAllBe(asked => asked.Contains(expected, StringComparison.Ordinal));
        server.Connections.Received.ShouldBe(client.Sent);
    }

    [Fact]
    public async Task Octets_behind_the_header_are_the_dialogs()
    {
        await using var server = RunningServer.Start(WithProxy);
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Line + "EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nhello\r\n.\r\nQUIT\r\n");
        foreach (var code in new[] { "220", "250", "250", "250", "354", "250", "221" })
        {
            (await client.ReplyAsync()).ShouldStartWith(code);
        }

        (await client.LineAsync()).ShouldBeNull();
        server.Sessions.Messages.ShouldHaveSingleItem().Size.ShouldBe("hello\r\n".Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_header_in_many_pieces_is_waited_for(int version)
    {
        await using var server = RunningServer.Start(WithProxy);
        await using var client = await server.ConnectAsync();
        var header = version == 1 ? Encoding.ASCII.GetBytes(Line) : Block;
        for (var at = 0; at < header.Length; at++)
        {
            await client.SendAsync(header.AsMemory(at, 1));
            await server.SettledAsync(received: 0);
        }

        (await client.ReplyAsync()).ShouldStartWith("220 ");
        (await client.AskAsync("EHLO c")).ShouldStartWith("250");
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("local")]
    public async Task A_proxys_own_connection_has_its_own_address(string header)
    {
        var filter = new ScriptedFilter();
        await using var server = RunningServer.Start(WithProxy, filter);
        await using var client = await server.ConnectAsync();
        await client.SendAsync(header == "local" ? ProxyBlockBuilder.Block(ProxyBlockBuilder.Local, 0) : Encoding.ASCII.GetBytes(header));
        (await client.ReplyAsync()).ShouldStartWith("220 ");
        filter.Asked.ShouldHaveSingleItem().ShouldContain("client=127.0.0.1 id");
    }

    [Fact]
    public async Task Who_is_not_believed_is_closed_before_a_word()
    {
        await using var server = RunningServer.Start(settings => WithProxy(settings) with { ProxyNetworks = Networks("10.0.0.0/8,::1") });
        await using var client = await server.ConnectAsync();
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ProxyNotTrusted);
        server.Connections.Sent.ShouldBe(0);
    }

    [Theory]
    [InlineData("EHLO c\r\n", "Any", SessionEndReason.ProxyHeaderMissing)]
    [InlineData("\u0016\u0003\u0001", "Any", SessionEndReason.ProxyHeaderMissing)]
    [InlineData(Line, "V2", SessionEndReason.ProxyHeaderMissing)]
    [InlineData("\r\n\r\n\0\r\nQUIT\n", "V1", SessionEndReason.ProxyHeaderMissing)]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", "Any", SessionEndReason.ProxyHeaderBroken)]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0031\0\0\0", "Any", SessionEndReason.ProxyHeaderBroken)]
    public async Task A_missing_or_broken_header_closes(string bytes, string mode, SessionEndReason reason)
    {
        await using var server = RunningServer.Start(settings => settings with { Proxy = Enum.Parse<ProxyMode>(mode) });
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Encoding.Latin1.GetBytes(bytes));
        await client.ReadToEndAsync();
        (await server.Connections.NextEndAsync()).ShouldBe(reason);
        server.Connections.Sent.ShouldBe(0);
    }

    [Theory]
    [InlineData("", SessionEndReason.ProxyHeaderMissing)]
    [InlineData("PROXY TCP4 192", SessionEndReason.ProxyHeaderBroken)]
    public async Task A_client_that_leaves_before_the_headers_end_is_noticed(string bytes, SessionEndReason reason)
    {
        await using var server = RunningServer.Start(WithProxy);
        await using var client = await server.ConnectAsync();
        await client.SendAsync(bytes);
        client.HalfClose();
        await client.ReadToEndAsync();
        (await server.Connections.NextEndAsync()).ShouldBe(reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PROXY TCP4 192")]
    public async Task A_late_header_closes(string bytes)
    {
        await using var server = RunningServer.Start(WithProxy);
        await using var client = await server.ConnectAsync();
        await client.SendAsync(bytes);
        (await server.PassUntilEndAsync()).ShouldBe(SessionEndReason.ProxyHeaderLate);
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_headers()
    {
        await using var server = RunningServer.Start(WithProxy);
        await using var client = await server.ConnectAsync();
        await client.SendAsync("PROXY ");
        await server.AcceptedAsync(1);
        await server.StopAsync();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
    }

    [Fact]
    public async Task The_limit_for_an_address_counts_the_clients_and_not_the_proxy()
    {
        await using var server = RunningServer.Start(settings => WithProxy(settings) with { MaxConnectionsPerAddress = 1 });
        await using var first = await ConnectAsAsync("192.0.2.1");
        await using var second = await ConnectAsAsync("192.0.2.2");
        (await first.ReplyAsync()).ShouldStartWith("220 ");
        (await second.ReplyAsync()).ShouldStartWith("220 ");
        await using (var third = await ConnectAsAsync("192.0.2.1"))
        {
            (await third.ReplyAsync()).ShouldStartWith("421 4.7.0 mx.sink.test too many connections from your address");
            (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyConnectionsFromAddress);
        }

        await first.AskAsync("QUIT");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        await server.RoomAsync(1);
        await using var fourth = await ConnectAsAsync("192.0.2.1");
        (await fourth.ReplyAsync()).ShouldStartWith("220 ");

        async Task<SmtpTestClient> ConnectAsAsync(string address)
        {
            var client = await server.ConnectAsync();
            await client.SendAsync($"PROXY TCP4 {address} 198.51.100.25 1 25\r\n");
            return client;
        }
    }

    [Fact]
    public async Task Implicit_TLS_comes_behind_the_header()
    {
        var filter = new ScriptedFilter();
        await using var server = RunningServer.Start(settings => WithProxy(settings) with { Tls = TlsMode.Implicit }, filter);
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Block);
        await client.StartTlsAsync();
        (await client.ReplyAsync()).ShouldStartWith("220 ");
        filter.Asked.ShouldHaveSingleItem().ShouldContain("client=2001:db8::1 to=2001:db8::25 ");
    }

    [Fact]
    public async Task One_listener_may_ask_for_headers_and_another_not()
    {
        await using var server = RunningServer.Start(settings => settings with
        {
            Listeners = [settings.ToListener(), settings.ToListener() with { Name = "proxied", Proxy = ProxyMode.Any, UnixSocket = settings.UnixSocket is { } path ? path + "2" : null }],
        });
        await using var direct = await server.ConnectAsync(0);
        await using var proxied = await server.ConnectAsync(1);
        (await direct.ReplyAsync()).ShouldStartWith("220 ");
        (await direct.AskAsync(Line.TrimEnd())).ShouldStartWith("500 ");
        await proxied.SendAsync(Line);
        (await proxied.ReplyAsync()).ShouldStartWith("220 ");
    }

    [Theory]
    [InlineData("192.0.2.0/24", true)]
    [InlineData("127.0.0.0/8", false)]
    public async Task Who_may_speak_for_others_is_told_by_the_clients_address_and_not_the_proxys(string networks, bool allowed)
    {
        await using var server = RunningServer.Start(settings => WithProxy(settings) with { XclientNetworks = Networks(networks) });
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Line);
        (await client.ReplyAsync()).ShouldStartWith("220 ");
        (await client.AskAsync("EHLO c")).Contains("XCLIENT", StringComparison.Ordinal).ShouldBe(allowed);
        (await client.AskAsync("XCLIENT ADDR=198.51.100.1")).ShouldStartWith(allowed ? "220 " : "550 5.7.0 ");
    }

    private static SinkSettings WithProxy(SinkSettings settings) => settings with { Proxy = ProxyMode.Any };

    private static NetworkList Networks(string text) => NetworkList.TryParse(text, out var list) ? list : throw new FormatException(text);
}

public sealed class ProxyTestsOverEpoll() : ProxyTests("epoll");

public sealed class ProxyTestsOverSockets() : ProxyTests("sockets");

public sealed class ProxyTestsOverEpollOnUnix() : ProxyTests(RunningServer.EpollOnUnix);

public sealed class ProxyTestsOverSocketsOnUnix() : ProxyTests(RunningServer.SocketsOnUnix);
