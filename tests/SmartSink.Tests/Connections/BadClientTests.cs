using System.Text;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Connections;

public abstract class BadClientTests
{
    protected BadClientTests(string transport) => RunningServer.Over = transport;

    [Fact]
    public async Task A_reset_in_a_message_is_told_from_one_outside()
    {
        await using var server = RunningServer.Start();
        await using var inside = await server.GreetedAsync();
        await inside.BeginDataAsync();
        inside.Reset();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClosedInData);
        server.Sessions.Events.ShouldContain("abandoned 1");

        await using var outside = await server.GreetedAsync();
        outside.Reset();
        (await server.Connections.NextEndAsync()).ShouldBe(RunningServer.IsUnix ? SessionEndReason.ClientClosed : SessionEndReason.ConnectionReset, "a Unix socket has no RST");
    }

    [Fact]
    public async Task A_close_without_quit_is_named()
    {
        await using var server = RunningServer.Start();
        await using (await server.GreetedAsync())
        {
        }

        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClientClosed);
    }

    // A socket that is closed upon what the client still says resets the connection, and the 221 may be lost with it.
    [Fact]
    public async Task What_is_pipelined_behind_quit_makes_the_connection_linger_until_the_client_closes()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendAsync("QUIT\r\nNOOP\r\n");
        (await client.ReplyAsync()).ShouldStartWith("221");
        (await client.LineAsync()).ShouldBeNull();
        await server.SettledAsync(client.Sent);
        server.Server.OpenConnections.ShouldBe(1);
        await client.SendAsync("NOOP\r\n");
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: mx.sink.test\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003 hello")]
    public async Task Another_protocol_is_answered_once_and_closed(string bytes)
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendAsync(Encoding.Latin1.GetBytes(bytes));
        (await client.ReplyAsync()).ShouldStartWith("5");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.NotSmtp);
    }

    [Fact]
    public async Task A_line_without_end_is_cut_off_and_what_the_client_still_sends_does_not_take_the_reply_away()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        var chunk = Encoding.ASCII.GetBytes(new string('x', 64 * 1024 * 1024));
        var sending = client.SendUntilClosedAsync(chunk);
        (await client.ReplyAsync()).ShouldStartWith("500 5.5.");
        (await client.ReplyAsync()).ShouldStartWith("421");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.LineTooLong);
        await sending;
    }

    [Fact]
    public async Task Errors_beyond_the_limit_close_and_the_reply_arrives_although_more_was_pipelined()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxErrors = 3 });
        await using var client = await server.GreetedAsync();
        await client.SendAsync(string.Concat(Enumerable.Repeat("NONSENSE\r\n", 50_000)));
        (await client.ReplyBehindAsync("500")).ShouldStartWith("421 4.7.0");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyErrors);
    }

    [Fact]
    public async Task A_client_that_stays_after_the_last_reply_is_closed_after_a_while()
    {
        await using var server = RunningServer.Start(settings => settings with { MaxErrors = 1 });
        await using var client = await server.GreetedAsync();
        await client.SendAsync("NONSENSE\r\nNONSENSE\r\n");
        while (await client.LineAsync() is not null)
        {
        }

        server.Connections.Closed.ShouldBe(0);
        await server.PassAsync(TimeSpan.FromSeconds(5), client.Sent);
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TooManyErrors);
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_replies_is_cut_off()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.FillUpAsync(server);
        await server.PassAsync(TimeSpan.FromMinutes(4), received: 0);
        server.Connections.Closed.ShouldBe(0);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.SlowClient);
    }

    [Fact]
    public async Task A_client_that_reads_late_misses_nothing()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        var commands = await client.FillUpAsync(server);
        commands.ShouldBeGreaterThan(1000);
        for (var i = 0; i < commands; i++)
        {
            (await client.ReplyAsync()).ShouldStartWith("214");
        }

        // The last command may have gone out in part: what follows ends it.
        await client.SendAsync("\r\nQUIT\r\n");
        string reply;
        do
        {
            reply = await client.ReplyAsync();
        }
        while (!reply.StartsWith("221", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_defect_ends_one_connection_and_not_the_server()
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().At(Stage.Mail, new DefectiveReply()));
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO c");
        await client.SendAsync("MAIL FROM:<bug@example.org>\r\n");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.InternalError);
        await using var next = await server.GreetedAsync();
        (await next.AskAsync("NOOP")).ShouldStartWith("250");
    }

    [Fact]
    public async Task A_policy_that_closes_at_the_greeting_is_heard()
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().At(Stage.Connect, new GoAwayReply()));
        await using var client = await server.ConnectAsync();
        (await client.ReplyAsync()).ShouldBe("421 4.7.0 go away");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.PolicyClosed);
    }

    private sealed class GoAwayReply() : Reply(421, closes: true)
    {
        public override void WriteTo(ReplyBuffer output, in SessionFacts facts) => output.Write("421 4.7.0 go away\r\n"u8);
    }

    private sealed class DefectiveReply() : Reply(450, closes: false)
    {
        public override void WriteTo(ReplyBuffer output, in SessionFacts facts) => throw new InvalidOperationException("a defect");
    }
}

public sealed class BadClientTestsOverEpoll() : BadClientTests("epoll");

public sealed class BadClientTestsOverSockets() : BadClientTests("sockets");

public sealed class BadClientTestsOverEpollOnUnix() : BadClientTests(RunningServer.EpollOnUnix);

public sealed class BadClientTestsOverSocketsOnUnix() : BadClientTests(RunningServer.SocketsOnUnix);
