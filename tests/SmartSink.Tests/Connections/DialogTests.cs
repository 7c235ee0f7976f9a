using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Connections;

public abstract class DialogTests
{
    protected DialogTests(string transport) => RunningServer.Over = transport;

    [Theory]
    [InlineData(0)]
    [InlineData(3_000_000)]
    public async Task A_client_that_has_no_more_to_say_after_its_message_gets_its_reply(int size)
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        await client.SendAsync(string.Concat(Enumerable.Repeat("x\r\n", size / 3)) + ".\r\n");
        client.HalfClose();
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClientClosed);
    }

    [Fact]
    public async Task A_whole_dialog_ends_with_quit()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        (await client.AskAsync("Subject: x\r\n\r\nhello\r\n.")).ShouldStartWith("250 2.0.0 ");
        (await client.AskAsync("QUIT")).ShouldStartWith("221 2.0.0 ");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        server.Connections.Received.ShouldBe(client.Sent);
        server.Connections.Opened.ShouldBe(1);
        server.Sessions.Messages.ShouldHaveSingleItem().ShouldBe(("a@example.org", 21));
    }

    [Fact]
    public async Task A_batch_that_ends_with_half_a_connection_is_answered_whole()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendAsync("EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRSET\r\nNOOP\r\n");
        client.HalfClose();
        (await client.ReplyAsync()).ShouldStartWith("250-mx.sink.test");
        (await client.ReplyAsync()).ShouldStartWith("250 2.1.0");
        (await client.ReplyAsync()).ShouldStartWith("250 2.1.5");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClientClosed);
    }

    /// <summary>The first receive ends with QUIT: what is behind it is still in the socket.</summary>
    [Fact]
    public async Task What_is_said_behind_QUIT_does_not_take_its_reply_away()
    {
        const int FirstReceive = 4096;
        const string Quit = "\r\nQUIT\r\n";
        var noops = string.Concat(Enumerable.Repeat($"NOOP {new string('x', 121)}\r\n", FirstReceive / 128));
        var first = noops[..(FirstReceive - Quit.Length)] + Quit;
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.SendUntilClosedAsync(Encoding.ASCII.GetBytes(first + string.Concat(Enumerable.Repeat("NOOP\r\n", 50_000))));
        client.HalfClose();
        (await client.ReplyBehindAsync("250")).ShouldStartWith("221");
        (await client.LineAsync()).ShouldBeNull();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
    }

    [Fact]
    public async Task Thousands_of_pipelined_commands_are_answered_in_order()
    {
        const int Commands = 20_000;
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        var sending = client.SendAsync(string.Concat(Enumerable.Repeat("VRFY someone\r\nNOOP\r\n", Commands / 2)));
        for (var i = 0; i < Commands; i += 2)
        {
            (await client.ReplyAsync()).ShouldStartWith("252");
            (await client.ReplyAsync()).ShouldStartWith("250");
        }

        await sending;
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
    }

    [Fact]
    public async Task A_dialog_sent_octet_by_octet_is_the_same_dialog()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        foreach (var octet in "EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"u8.ToArray())
        {
            await client.SendAsync(new[] { octet });
        }

        (await client.ReplyAsync()).ShouldStartWith("250-mx.sink.test");
        foreach (var code in new[] { "250", "250", "354", "250", "221" })
        {
            (await client.ReplyAsync()).ShouldStartWith(code);
        }
    }

    [Fact]
    public async Task A_command_longer_than_the_connections_own_buffer_is_put_together()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO c");
        var sender = new string('a', 60) + "@" + string.Join('.', Enumerable.Repeat(new string('d', 60), 3)) + ".example";
        var command = $"MAIL FROM:<{sender}> ENVID={new string('e', 90)} SIZE=1000\r\n";
        command.Length.ShouldBeGreaterThan(300);
        await client.SendAsync(command[..200]);
        await server.SettledAsync(client.Sent);
        await client.SendAsync(command[200..290]);
        await server.SettledAsync(client.Sent);
        await client.SendAsync(command[290..]);
        (await client.ReplyAsync()).ShouldStartWith("250 2.1.0");
        (await client.AskAsync("RSET")).ShouldStartWith("250 2.0.0");
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(5_000_000)]
    public async Task A_big_body_is_taken_and_counted(int size)
    {
        await using var server = RunningServer.Start();
        await using var client = await server.GreetedAsync();
        await client.BeginDataAsync();
        var line = new string('x', 998) + "\r\n";
        await client.SendAsync(string.Concat(Enumerable.Repeat(line, size / 1000)) + ".\r\n");
        (await client.ReplyAsync()).ShouldStartWith("250 2.0.0");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        server.Sessions.Messages.ShouldHaveSingleItem().Size.ShouldBe(size);
        server.Connections.Received.ShouldBe(client.Sent);
    }

    [Fact]
    public async Task Many_clients_at_once_get_their_own_replies()
    {
        const int Clients = 50;
        const int Each = 20;
        await using var server = RunningServer.Start();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async number =>
        {
            await using var client = await server.GreetedAsync();
            for (var i = 0; i < Each; i++)
            {
                await client.BeginDataAsync($"{number}@clients.example");
                (await client.AskAsync($"{new string('x', number * 100)}\r\n.")).ShouldStartWith("250 2.0.0");
            }

            (await client.AskAsync("QUIT")).ShouldStartWith("221");
            (await client.LineAsync()).ShouldBeNull();
        }));

        server.Sessions.Messages.GroupBy(message => message).ShouldAllBe(group => group.Count() == Each);
        server.Sessions.Messages.Distinct().Count().ShouldBe(Clients);
        for (var i = 0; i < Clients; i++)
        {
            (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        }
    }

    [Fact]
    public async Task All_addresses_of_the_machine_are_served_when_none_is_named()
    {
        await using var server = RunningServer.Start(settings => settings with { ListenAddress = null, UnixSocket = null });
        await using var client = await server.GreetedAsync();
        (await client.AskAsync("NOOP")).ShouldStartWith("250");
        if (Socket.OSSupportsIPv6)
        {
            await using var other = await SmtpTestClient.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, server.EndPoint.Port));
            (await other.ReplyAsync()).ShouldStartWith("220");
        }
    }

    [Fact]
    public async Task The_rules_see_an_ipv4_client_of_a_dual_stack_socket_by_its_ipv4_address()
    {
        var filter = new ScriptedFilter();
        await using var server = RunningServer.Start(settings => settings with { ListenAddress = null, UnixSocket = null }, filter);
        await using var client = await server.GreetedAsync();
        filter.Asked.ShouldHaveSingleItem().ShouldContain(" client=127.0.0.1 ");
    }

    [Fact]
    public async Task The_first_octets_of_a_dialog_may_come_with_the_connection()
    {
        await using var server = RunningServer.Start();
        await using var client = await server.ConnectAsync();
        await client.SendAsync(Encoding.ASCII.GetBytes("QUIT\r\n"));
        (await client.ReplyAsync()).ShouldStartWith("220");
        (await client.ReplyAsync()).ShouldStartWith("221");
        (await client.LineAsync()).ShouldBeNull();
    }
}

public sealed class DialogTestsOverEpoll() : DialogTests("epoll");

public sealed class DialogTestsOverSockets() : DialogTests("sockets");

public sealed class DialogTestsOverEpollOnUnix() : DialogTests(RunningServer.EpollOnUnix);

public sealed class DialogTestsOverSocketsOnUnix() : DialogTests(RunningServer.SocketsOnUnix);
