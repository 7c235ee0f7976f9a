using SmartSink.Settings;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

public abstract class LimitTests
{
    private readonly string _transport;

    protected LimitTests(string transport) => _transport = RunningServer.Over = transport;

    [Fact]
    public async Task A_test_runs_over_the_transport_that_its_class_names()
    {
        await using var server = RunningServer.Start();
        server.Settings.Transport.ToString().ShouldBe(_transport, StringCompareShould.IgnoreCase);
    }

    [Fact]
    public async Task A_full_server_says_so_and_has_room_again_when_a_client_leaves()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxConnections = 2 });
        await using var first = await server.GreetedAsync();
        await using var second = await server.GreetedAsync();
        await using var third = await server.ConnectAsync();
        (await third.ReplyAsync()).ShouldStartWith("421 4.3.2 mx.sink.test too many connections");
        (await third.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyConnections);
        server.Sessions.Codes.ShouldContain(421);

        await first.AskAsync("QUIT");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        await server.RoomAsync(1);
        await using var fourth = await server.GreetedAsync();
        server.Connections.Opened.ShouldBe(4);
    }

    [Fact]
    public async Task An_address_with_enough_connections_gets_no_more()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxConnectionsPerAddress = 2 });
        await using var first = await server.GreetedAsync();
        await using var second = await server.GreetedAsync();
        await using var third = await server.ConnectAsync();
        (await third.ReplyAsync()).ShouldStartWith("421 4.7.0 mx.sink.test too many connections from your address");
        (await third.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyConnectionsFromAddress);

        await second.AskAsync("QUIT");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        await server.RoomAsync(1);
        await using var fourth = await server.GreetedAsync();
    }

    // TLS would have to be spoken before a word could be said, which costs what the limit is there to save.
    [Fact]
    public async Task A_full_server_closes_a_client_that_expects_TLS_without_a_word()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxConnections = 1, Tls = TlsMode.Implicit });
        await using var first = await server.ConnectAsync();
        await server.AcceptedAsync(1);
        await using var second = await server.ConnectAsync();
        (await second.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyConnections);
        server.Connections.Opened.ShouldBe(2);
        server.Sessions.Codes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_silent_client_is_told_and_closed_after_the_idle_timeout()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await server.PassAsync(TimeSpan.FromMinutes(4), client.Sent);
        (await client.AskAsync("NOOP")).ShouldStartWith("250");
        await server.PassAsync(TimeSpan.FromMinutes(4), client.Sent);
        server.Connections.Closed.ShouldBe(0);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        (await client.ReplyAsync()).ShouldStartWith("421 4.4.2");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.IdleTimeout);
    }

    [Fact]
    public async Task A_client_that_went_away_without_a_word_in_its_message_is_noticed()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        await client.SendAsync(new string('x', 100_000));
        await server.PassAsync(TimeSpan.FromMinutes(6), client.Sent);
        (await client.ReplyAsync()).ShouldStartWith("421 4.4.2");
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.IdleTimeout);
        server.Sessions.Events.ShouldContain("abandoned 1");
    }

    [Fact]
    public async Task A_message_that_drips_is_cut_off()
    {
        await using var server = RunningServer.Start(settings => settings with { MinDataRate = 100 });
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        await client.SendAsync("drip\r\n");
        await server.PassAsync(TimeSpan.FromSeconds(50), client.Sent);
        await client.SendAsync("drip\r\n");
        await server.PassAsync(TimeSpan.FromSeconds(12), client.Sent);
        (await client.ReplyAsync()).ShouldStartWith("421 4.4.2");
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.SlowClient);
    }
}

public sealed class LimitTestsOverEpoll() : LimitTests("epoll");

public sealed class LimitTestsOverSockets() : LimitTests("sockets");
