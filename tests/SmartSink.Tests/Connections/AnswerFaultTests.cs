using System.Net.Sockets;
using SmartSink.Settings;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Connections;

/// <summary>Faults and delays of the rules as the client sees them: how the connection ends, what it can still send, when octets come.</summary>
public abstract class AnswerFaultTests
{
    protected AnswerFaultTests(string transport) => RunningServer.Over = transport;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_drop_is_the_end_of_the_stream_without_a_reply(bool overTls)
    {
        await using var server = Start(AnswerFault.Drop, overTls);
        await using var client = await InTransactionAsync(server, overTls);
        await client.SendAsync("RCPT TO:<b@fault.example>\r\n");
        (await EndAsync(client)).ShouldBe(ClientEnd.Fin);
        client.HalfClose();
        await EndedAsync(server, SessionEndReason.Fault);
        server.Sessions.Events.ShouldContain("abandoned 1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_is_a_reset(bool overTls)
    {
        await using var server = Start(AnswerFault.Reset, overTls);
        await using var client = await InTransactionAsync(server, overTls);
        await client.SendAsync("RCPT TO:<b@fault.example>\r\n");
        (await EndAsync(client)).ShouldBe(RunningServer.IsUnix ? ClientEnd.Fin : ClientEnd.Reset);
        await EndedAsync(server, SessionEndReason.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hang_takes_what_comes_and_ends_with_the_client(bool overTls)
    {
        await using var server = Start(AnswerFault.Hang, overTls);
        await using (var client = await InTransactionAsync(server, overTls))
        {
            var before = server.Connections.Received;
            await client.SendAsync("RCPT TO:<b@fault.example>\r\n");
            var sent = new byte[3_000_000];
            await client.SendAsync(sent);
            await server.SettledAsync(before + sent.Length);
            server.Connections.Closed.ShouldBe(0);
        }

        await EndedAsync(server, SessionEndReason.Fault);
    }

    [Theory]
    [InlineData(AnswerFault.Hang, false)]
    [InlineData(AnswerFault.Hang, true)]
    [InlineData(AnswerFault.Stall, false)]
    [InlineData(AnswerFault.Stall, true)]
    public async Task A_client_that_waits_is_left_when_the_idle_time_is_over(AnswerFault fault, bool overTls)
    {
        await using var server = Start(fault, overTls);
        await using var client = await InTransactionAsync(server, overTls);
        await client.SendAsync("RCPT TO:<b@fault.example>\r\n");
        await server.SettledAsync(client.Sent);
        server.Clock.Advance(TimeSpan.FromSeconds(299));
        await server.SettledAsync(received: 0);
        server.Connections.Closed.ShouldBe(0);
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        (await EndAsync(client)).ShouldBe(ClientEnd.Fin);
        client.HalfClose();
        await EndedAsync(server, SessionEndReason.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stall_takes_nothing_until_the_client_leaves(bool overTls)
    {
        await using var server = Start(AnswerFault.Stall, overTls);
        await using (var client = await InTransactionAsync(server, overTls))
        {
            await client.SendAsync("RCPT TO:<b@fault.example>\r\n");
            await server.SettledAsync(client.Sent);
            var received = server.Connections.Received;
            await FillWindowAsync(client);
            server.Connections.Received.ShouldBe(received);
            server.Connections.Closed.ShouldBe(0);
            client.Reset();
        }

        // The runtime's sockets do not tell of an end behind bytes that nobody takes.
        (await server.PassUntilEndAsync()).ShouldBe(SessionEndReason.Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_reply_comes_octet_by_octet(bool overTls)
    {
        await using var server = Start(AnswerFault.SlowReply, overTls);
        await using var client = await InTransactionAsync(server, overTls);
        await client.SendAsync("RCPT TO:<b@fault.example>\r\nQUIT\r\n");
        var next = client.ByteAsync();
        foreach (var octet in "250 2.1.5 Recipient ok\r\n"u8.ToArray())
        {
            (await next).ShouldBe(octet);
            await server.SettledAsync(received: 0);
            next = client.ByteAsync();
            if (octet != '\n')
            {
                server.Clock.Advance(TimeSpan.FromMilliseconds(999));
                await server.SettledAsync(received: 0);
                next.IsCompleted.ShouldBeFalse();
                server.Clock.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        (await next).ShouldBe((byte)'2');
        (await client.ReplyAsync()).ShouldBe("21 2.0.0 Bye");
    }

    [Theory]
    [InlineData(AnswerFault.DropBeforeReply, "")]
    [InlineData(AnswerFault.DropWithinReply, "250 2.0.0 Ok: taken")]
    [InlineData(AnswerFault.DropAfterReply, "250 2.0.0 Ok: taken as ")]
    public async Task An_accepted_message_is_told_of_in_part(AnswerFault fault, string start)
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().At(Stage.Data, new FilterAnswer { Fault = fault }));
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        await client.SendAsync("x\r\n.\r\n");
        var said = new List<byte>();
        while (await client.ByteAsync() is { } octet)
        {
            said.Add(octet);
        }

        System.Text.Encoding.ASCII.GetString([.. said]).ShouldStartWith(start);
        (fault == AnswerFault.DropAfterReply).ShouldBe(said is [.., (byte)'\n']);
        client.HalfClose();
        await EndedAsync(server, fault == AnswerFault.DropAfterReply ? SessionEndReason.PolicyClosed : SessionEndReason.Fault);
        server.Sessions.Events.ShouldContain("recipient other Accepted at Data");
    }

    [Fact]
    public async Task A_delay_is_kept_to_the_millisecond_and_holds_up_nobody_else()
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().For("fault.example", new FilterAnswer { Delay = 1234 }));
        await using var other = await server.GreetedAsync();
        await using var client = await InTransactionAsync(server, overTls: false);
        await client.SendAsync("RCPT TO:<b@fault.example>\r\nNOOP\r\n");
        await server.SettledAsync(client.Sent);
        var reply = client.ReplyAsync();
        server.Clock.Advance(TimeSpan.FromMilliseconds(1233));
        (await other.AskAsync("NOOP")).ShouldStartWith("250");
        await server.SettledAsync(received: 0);
        reply.IsCompleted.ShouldBeFalse();
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await reply).ShouldBe("250 2.1.5 Recipient ok");
        (await client.ReplyAsync()).ShouldBe("250 2.0.0 Ok");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_greeting_waits_too_and_the_client_may_leave_before_it(bool leaves)
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().At(Stage.Connect, new FilterAnswer { Delay = 5000 }));
        await using var client = await server.ConnectAsync();
        await server.AcceptedAsync(1);
        await server.SettledAsync(received: 0);
        if (leaves)
        {
            client.Reset();
            (await server.PassUntilEndAsync()).ShouldBe(SessionEndReason.ConnectionReset);
        }
        else
        {
            server.Clock.Advance(TimeSpan.FromSeconds(5));
            (await client.ReplyAsync()).ShouldStartWith("220");
        }
    }

    [Theory]
    [InlineData(AnswerFault.None, false)]
    [InlineData(AnswerFault.None, true)]
    [InlineData(AnswerFault.Hang, false)]
    [InlineData(AnswerFault.Hang, true)]
    [InlineData(AnswerFault.Stall, false)]
    [InlineData(AnswerFault.Stall, true)]
    [InlineData(AnswerFault.SlowReply, false)]
    [InlineData(AnswerFault.SlowReply, true)]
    public async Task A_stop_waits_for_no_delay_and_no_fault(AnswerFault fault, bool overTls)
    {
        await using var server = Start(new FilterAnswer { Fault = fault, Delay = fault == AnswerFault.None ? 100_000 : 0 }, overTls);
        await using var client = await InTransactionAsync(server, overTls);
        await client.SendAsync("RCPT TO:<b@fault.example>\r\nRSET\r\n");
        await server.SettledAsync(client.Sent);
        var stopping = server.StopAsync();
        if (fault is AnswerFault.None or AnswerFault.SlowReply)
        {
            (await client.ReplyAsync()).ShouldBe("250 2.1.5 Recipient ok");
            (await client.ReplyAsync()).ShouldBe("250 2.0.0 Ok");
            (await client.ReplyAsync()).ShouldStartWith("421 4.3.2");
        }

        (await EndAsync(client)).ShouldNotBe(ClientEnd.Octet);
        client.HalfClose();
        await stopping;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
    }

    private static async Task EndedAsync(RunningServer server, SessionEndReason reason) => (await server.Connections.NextEndAsync()).ShouldBe(reason);

    private static RunningServer Start(AnswerFault fault, bool overTls) => Start(new FilterAnswer { Fault = fault }, overTls);

    private static RunningServer Start(FilterAnswer answer, bool overTls) => RunningServer.Start(
        settings => settings with { Tls = overTls ? TlsMode.Implicit : TlsMode.Off },
        new ScriptedFilter().For("fault.example", answer));

    private static async Task<SmtpTestClient> InTransactionAsync(RunningServer server, bool overTls)
    {
        var client = await server.ConnectAsync();
        if (overTls)
        {
            await client.StartTlsAsync();
        }

        (await client.ReplyAsync()).ShouldStartWith("220");
        (await client.AskAsync("HELO client.example")).ShouldStartWith("250");
        (await client.AskAsync("MAIL FROM:<a@example.org>")).ShouldStartWith("250");
        (await client.AskAsync("RCPT TO:<a@example.net>")).ShouldStartWith("250");
        return client;
    }

    private static async Task<ClientEnd> EndAsync(SmtpTestClient client)
    {
        try
        {
            return await client.ByteAsync() is null ? ClientEnd.Fin : ClientEnd.Octet;
        }
        catch (IOException error)
        {
            // A TLS stream calls a FIN without a close_notify what it is, an end too soon.
            return error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset } ? ClientEnd.Reset : ClientEnd.Fin;
        }
    }

    /// <summary>Sends until nothing more goes.</summary>
    private static async Task FillWindowAsync(SmtpTestClient client)
    {
        using var full = new CancellationTokenSource();
        if (client.Memory is { } memory)
        {
            var sending = memory.WriteAsync(new byte[200_000], full.Token).AsTask();
            await Task.WhenAny(sending, Task.Delay(200));
            sending.IsCompleted.ShouldBeFalse();
            await full.CancelAsync();
            return;
        }

        await Task.Run(() =>
        {
            client.Socket.Blocking = false;
            var octets = new byte[100_000];
            while (client.Socket.Poll(TimeSpan.FromMilliseconds(300), SelectMode.SelectWrite))
            {
                client.Socket.Send(octets, SocketFlags.None, out _);
            }

            client.Socket.Blocking = true;
        });
    }

    private enum ClientEnd
    {
        Fin,
        Reset,
        Octet,
    }
}

public sealed class AnswerFaultTestsOverEpoll() : AnswerFaultTests("epoll");

public sealed class AnswerFaultTestsOverSockets() : AnswerFaultTests("sockets");

public sealed class AnswerFaultTestsOverMemory() : AnswerFaultTests(RunningServer.Memory);

public sealed class AnswerFaultTestsOverUnix() : AnswerFaultTests(RunningServer.EpollOnUnix);
