using SmartSink.Policy;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Engines;

/// <summary>What a listener of the package does besides dialogs: the same reports, limits and stop as one of our own.</summary>
public class PackageListenerTests
{
    [Fact]
    public async Task Both_engines_report_the_same() =>
        (await ReportsAsync(package: true)).ShouldBe(await ReportsAsync(package: false));

    [Fact]
    public async Task A_stop_tells_idle_sessions_and_lets_a_transaction_finish()
    {
        await using var server = RunningServer.Start(engines: PackageServer.Engine);
        await using var idle = await server.GreetedAsync();
        await using var busy = await server.GreetedAsync();
        await busy.BeginDataAsync();
        await server.SettledAsync(busy.Sent);

        var stopping = server.Server.StopAsync(CancellationToken.None);
        (await idle.ReplyAsync()).ShouldStartWith("421 4.3.2");
        (await idle.LineAsync()).ShouldBeNull();
        (await busy.AskAsync("Hello.\r\n.")).ShouldStartWith("250 2.0.0");
        (await busy.ReplyAsync()).ShouldStartWith("421 4.3.2");
        await busy.DisposeAsync();
        await idle.DisposeAsync();
        await stopping.WaitAsync(Patience.Token());

        server.Connections.Opened.ShouldBe(2);
        server.Connections.Closed.ShouldBe(2);
        server.Server.OpenConnections.ShouldBe(0);
    }

    [Fact]
    public async Task Clients_come_after_a_message_as_well_as_before()
    {
        await using var server = RunningServer.Start(engines: PackageServer.Engine);
        for (var i = 0; i < 3; i++)
        {
            await using var client = await server.GreetedAsync();
            await client.BeginDataAsync();
            (await client.AskAsync("Hello.\r\n.")).ShouldStartWith("250 2.0.0");
            (await client.AskAsync("QUIT")).ShouldStartWith("221");
        }
    }

    [Fact]
    public async Task A_connection_beyond_the_limit_is_told_so()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxConnections = 1 }, engines: PackageServer.Engine);
        await using var first = await server.GreetedAsync();
        await using var second = await server.ConnectAsync();

        (await second.ReplyAsync()).ShouldStartWith("421 4.3.2 mx.sink.test");
        (await second.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyConnections);
    }

    [Fact]
    public async Task A_message_beyond_the_limit_is_refused_at_its_end_and_the_dialog_goes_on()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxMessageSize = 100_000 }, engines: PackageServer.Engine);
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();

        // The limit falls within a line whose dots would end the message, if they stood where a line begins.
        await client.SendAsync(string.Concat(Enumerable.Repeat("....\r\n", 50_000)));
        (await client.AskAsync(".")).ShouldStartWith("552 5.3.4");
        (await client.AskAsync("NOOP")).ShouldStartWith("250 2.0.0");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
    }

    [Fact]
    public async Task A_message_of_many_segments_is_taken_whole()
    {
        await using var server = RunningServer.Start(engines: PackageServer.Engine);
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        await client.SendAsync(string.Concat(Enumerable.Repeat("A line of a long message.\r\n", 100_000)));
        (await client.AskAsync(".")).ShouldStartWith("250 2.0.0");

        server.Sessions.Messages.ShouldBe([("a@example.org", 2_700_000L)]);
    }

    [Fact]
    public async Task A_handshake_uses_the_listeners_certificate()
    {
        await using var server = RunningServer.Start(settings => settings with { StartTls = true }, engines: PackageServer.Engine);
        await using var client = await server.BeforeHandshakeAsync();
        await client.StartTlsAsync();
        (await client.AskAsync("EHLO client.example")).ShouldNotContain("STARTTLS");

        client.Tls.RemoteCertificate!.GetCertHashString().ShouldBe(server.Certificate!.Target.GetCertHashString());
    }

    [Fact]
    public async Task Implicit_tls_comes_before_the_greeting()
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit }, engines: PackageServer.Engine);
        await using var client = await server.ConnectAsync();
        await client.StartTlsAsync();
        (await client.ReplyAsync()).ShouldStartWith("220 mx.sink.test ");
        (await client.AskAsync("EHLO client.example")).ShouldContain("AUTH PLAIN LOGIN");
        (await client.AskAsync("AUTH PLAIN AGEAYg==")).ShouldStartWith("235 ");
        (await client.AskAsync("STARTTLS")).ShouldStartWith("503 ");
        await client.BeginDataAsync();
        (await client.AskAsync("Hello.\r\n.")).ShouldStartWith("250 2.0.0");
        (await client.AskAsync("QUIT")).ShouldStartWith("221 ");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
    }

    [Fact]
    public async Task A_client_that_leaves_before_the_handshake_ends_the_session()
    {
        await using var server = RunningServer.Start(settings => settings with { StartTls = true }, engines: PackageServer.Engine);
        await using var client = await server.BeforeHandshakeAsync();
        await client.DisposeAsync();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
    }

    [Fact]
    public async Task The_client_is_the_one_that_a_proxy_names()
    {
        var filter = new ScriptedFilter();
        await using var server = RunningServer.Start(
            settings => settings with { Proxy = ProxyMode.V1, ProxyNetworks = NetworkList.Loopback }, filter, PackageServer.Engine);
        await using var client = await server.ConnectAsync();
        await client.SendAsync("PROXY TCP4 192.0.2.1 198.51.100.25 49152 25\r\n");
        (await client.ReplyAsync()).ShouldStartWith("220 ");
        (await client.AskAsync("EHLO c")).ShouldStartWith("250");
        (await client.AskAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("250");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");

        filter.Asked.Count.ShouldBe(3);
        filter.Asked.ShouldAllBe(asked => asked.Contains("client=192.0.2.1 to=198.51.100.25 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bytes_that_come_one_by_one_make_the_same_dialog()
    {
        await using var server = RunningServer.Start(engines: PackageServer.Engine);
        await using var client = await server.GreetedAsync();
        foreach (var octet in "EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nhello\r\n.\r\nQUIT\r\n")
        {
            await client.SendAsync(octet.ToString());
        }

        foreach (var code in new[] { "250", "250", "250", "354", "250", "221" })
        {
            (await client.ReplyAsync()).ShouldStartWith(code);
        }

        server.Sessions.Messages.ShouldHaveSingleItem().Size.ShouldBe("hello\r\n".Length);
    }

    [Fact]
    public async Task Sessions_that_begin_together_are_each_greeted()
    {
        await using var server = RunningServer.Start(engines: PackageServer.Engine);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            await using var client = await server.GreetedAsync();
            await client.BeginDataAsync();
            (await client.AskAsync("Hello.\r\n.")).ShouldStartWith("250 2.0.0");
            (await client.AskAsync("QUIT")).ShouldStartWith("221");
        }));

        server.Sessions.Messages.Count.ShouldBe(50);
    }

    private static async Task<IReadOnlyList<string>> ReportsAsync(bool package)
    {
        var policy = PolicyLoader.Load(RepositoryRoot.Combine("tests", "transcripts", "policies", "by-domain.toml")).Snapshot;
        await using var server = RunningServer.Start(filter: policy, engines: package ? PackageServer.Engine : null);
        await using var client = await server.GreetedAsync();
        foreach (var command in new[]
        {
            "EHLO client.example",
            "MAIL FROM:<a@client.example>", "RCPT TO:<b@example.com>", "RCPT TO:<x@bounce.test>", "RCPT TO:<y@defer.test>", "DATA", "Hello.\r\n.",
            "MAIL FROM:<>", "RCPT TO:<first@spam.test>", "RCPT TO:<b@example.com>", "DATA", ".",
            "MAIL FROM:<a@client.example>", "RCPT TO:<b@example.com>", "RSET",
            "MAIL FROM:<a@client.example>", "RCPT TO:<x@bounce.test>", "DATA",
            "QUIT",
        })
        {
            await client.AskAsync(command);
        }

        (await client.LineAsync()).ShouldBeNull();
        await client.DisposeAsync();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        return [.. server.Sessions.Events, .. server.Sessions.Codes.Select(code => $"{code}")];
    }
}
