using System.Runtime.Versioning;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;
using SmartSink.Tests.Engines;

namespace SmartSink.Tests.Connections;

/// <summary>What is otherwise on a Unix socket: clients without an address, and a file that comes and goes with the listener.</summary>
[UnsupportedOSPlatform("windows")]
public abstract class UnixSocketTests
{
    protected UnixSocketTests(string transport) => RunningServer.Over = transport;

    [Fact]
    public async Task A_client_counts_as_one_of_this_machine_that_meant_to_go_nowhere_else()
    {
        var filter = new ScriptedFilter { WantsDestination = true };
        await using var server = RunningServer.Start(filter: filter);
        await using var client = await server.GreetedAsync();
        filter.Asked.ShouldHaveSingleItem().ShouldContain(" client=127.0.0.1 id");
    }

    [Fact]
    public async Task It_may_speak_for_others_where_this_machine_may()
    {
        await using var server = RunningServer.Start(settings => settings with { XclientNetworks = NetworkList.Loopback });
        await using var client = await server.GreetedAsync();
        (await client.AskAsync("EHLO c")).ShouldContain("XCLIENT");
    }

    [Fact]
    public async Task A_limit_for_each_address_is_none_for_clients_without_one()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxConnectionsPerAddress = 1 });
        await using var first = await server.GreetedAsync();
        await using var second = await server.GreetedAsync();
    }

    [Fact]
    public async Task A_proxys_own_connection_counts_for_no_address_either()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxConnectionsPerAddress = 1, Proxy = ProxyMode.Any });
        await using var first = await server.ConnectAsync();
        await using var second = await server.ConnectAsync();
        await first.SendAsync("PROXY UNKNOWN\r\n");
        await second.SendAsync("PROXY UNKNOWN\r\n");
        (await first.ReplyAsync()).ShouldStartWith("220 ");
        (await second.ReplyAsync()).ShouldStartWith("220 ");
    }

    [Fact]
    public async Task Both_engines_serve_it()
    {
        await using var server = RunningServer.Start(settings => settings with { StartTls = true }, engines: PackageServer.Engine);
        await using var client = await server.BeforeHandshakeAsync();
        await client.StartTlsAsync();
        await client.BeginDataAsync();
        (await client.AskAsync("hello\r\n.")).ShouldStartWith("250 2.0.0");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
    }

    [Fact]
    public async Task The_file_is_gone_as_soon_as_nobody_new_is_let_in()
    {
        await using var server = RunningServer.Start();
        var path = server.Settings.UnixSocket!;
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        File.GetUnixFileMode(path).ShouldBe((UnixFileMode)0b110_110_110);

        var stopping = server.StopAsync();
        await server.WaitsInStopAsync();

        File.Exists(path).ShouldBeFalse();
        (await client.AskAsync("hello\r\n.")).ShouldStartWith("250 2.0.0");
        await client.DisposeAsync();
        await stopping;
    }

    [Fact]
    public async Task One_server_may_have_Unix_sockets_and_ports()
    {
        using var folder = new TemporaryFolder();
        await using var server = RunningServer.Start(settings => settings with
        {
            Listeners =
            [
                settings.ToListener() with { Name = "port", UnixSocket = null },
                settings.ToListener() with { Name = "lmtp", Protocol = MailProtocol.Lmtp, UnixSocket = folder.Combine("lmtp"), SocketMode = UnixFileMode.UserWrite },
                settings.ToListener(),
            ],
        });
        server.Server.Listeners.Select(listener => listener.Address).ShouldBe([$"127.0.0.1:{server.EndPoint.Port}", $"unix:{folder.Combine("lmtp")}", $"unix:{server.Settings.UnixSocket}"]);
        File.GetUnixFileMode(folder.Combine("lmtp")).ShouldBe(UnixFileMode.UserWrite);
        foreach (var (listener, hello) in new[] { (0, "EHLO c"), (1, "LHLO c"), (2, "EHLO c") })
        {
            await using var client = await server.ConnectAsync(listener);
            (await client.ReplyAsync()).ShouldStartWith("220 ");
            (await client.AskAsync(hello)).ShouldContain("PIPELINING");
        }

        await server.StopAsync();
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty();
        File.Exists(server.Settings.UnixSocket).ShouldBeFalse();
    }
}

[UnsupportedOSPlatform("windows")]
public sealed class UnixSocketTestsOverEpoll() : UnixSocketTests(RunningServer.EpollOnUnix);

[UnsupportedOSPlatform("windows")]
public sealed class UnixSocketTestsOverSockets() : UnixSocketTests(RunningServer.SocketsOnUnix);
