using System.Net.Sockets;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Connections;

public abstract class StopTests
{
    protected StopTests(string transport) => RunningServer.Over = transport;

    [Fact]
    public async Task Idle_sessions_are_told_and_nobody_new_is_let_in()
    {
        await using var server = RunningServer.Start();
        await using var fresh = await server.GreetedAsync();
        await using var greeted = await server.GreetedAsync();
        await greeted.AskAsync("EHLO c");
        var endPoint = server.Server.Listeners[0].EndPoint;
        await server.StopAsync();
        (await fresh.ReplyAsync()).ShouldStartWith("421 4.3.2");
        (await fresh.LineAsync()).ShouldBeNull();
        (await greeted.ReplyAsync()).ShouldStartWith("421 4.3.2");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
        (await Should.ThrowAsync<SocketException>(() => SmtpTestClient.ConnectAsync(endPoint))).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
        await server.Server.Completion.WaitAsync(Patience.Token());
    }

    [Fact]
    public async Task A_transaction_in_flight_is_finished_first()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        var stopping = server.StopAsync();
        await client.SendAsync("Subject: x\r\n\r\n");
        await server.SettledAsync(client.Sent);
        stopping.IsCompleted.ShouldBeFalse();
        (await client.AskAsync("hello\r\n.")).ShouldStartWith("250 2.0.0");
        (await client.ReplyAsync()).ShouldStartWith("421 4.3.2");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        await stopping;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
        server.Sessions.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_transaction_that_takes_too_long_is_ended()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        var stopping = server.StopAsync();
        await server.WaitsInStopAsync();
        server.Clock.Advance(server.Settings.ShutdownTimeout);
        (await client.ReplyAsync()).ShouldStartWith("421 4.3.2");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        await stopping;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
        server.Sessions.Events.ShouldContain("abandoned 1");
    }

    [Fact]
    public async Task A_client_that_ignores_its_goodbye_cannot_hold_the_stop_up()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        await using var deaf = await server.GreetedAsync();
        await deaf.AskAsync("EHLO c");
        await deaf.AskAsync("MAIL FROM:<a@b.example>");
        var stopping = server.StopAsync();
        await server.WaitsInStopAsync();
        server.Clock.Advance(server.Settings.ShutdownTimeout);
        await server.WaitsInStopAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await stopping;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
    }

    [Fact]
    public async Task A_host_in_a_hurry_does_not_wait_for_transactions()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        var stopping = server.Server.StopAsync(new CancellationToken(canceled: true));
        (await client.ReplyAsync()).ShouldStartWith("421 4.3.2");
        client.HalfClose();
        await stopping.WaitAsync(Patience.Token());
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
    }

    [Fact]
    public async Task A_goodbye_that_is_on_its_way_outlives_the_force()
    {
        await using var server = RunningServer.Start(settings => settings, new ScriptedFilter().At(Stage.Mail, new LongGoodbye()));
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO c");
        await client.SendAsync("MAIL FROM:<a@b.example>\r\n");
        (await client.LineAsync()).ShouldStartWith("421-");
        var stopping = server.Server.StopAsync(new CancellationToken(canceled: true));
        (await client.ReplyAsync()).ShouldEndWith(LongGoodbye.LastLine);
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        await stopping.WaitAsync(Patience.Token());
    }
}

public sealed class StopTestsOverEpoll() : StopTests("epoll");

public sealed class StopTestsOverSockets() : StopTests("sockets");
