using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;
using SmartSink.Tests.Engines;

namespace SmartSink.Tests.Connections;

/// <summary>How clients speak, where the connection alone can see it.</summary>
public sealed class MannersTests
{
    public MannersTests() => RunningServer.Over = RunningServer.Memory;

    [Theory]
    [InlineData(0)]
    [InlineData(2000)]
    public async Task A_client_that_speaks_before_the_greeting_is_noted(int delay)
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().At(Stage.Connect, new FilterAnswer { Delay = delay }));
        await using var client = await server.ConnectAsync();
        if (delay > 0)
        {
            await client.SendAsync("EHLO a.example\r\n");
            await server.SettledAsync(received: 0);
            server.Clock.Advance(TimeSpan.FromMilliseconds(delay));
        }

        (await client.ReplyAsync()).ShouldStartWith("220 ");
        if (delay == 0)
        {
            await client.SendAsync("EHLO a.example\r\n");
        }

        (await client.ReplyAsync()).ShouldStartWith("250");
        server.Sessions.Manners.ShouldBe(delay > 0 ? [nameof(ProtocolFaults.EarlyTalk)] : []);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("EHLO a.example\r\n", true)]
    public async Task What_stands_behind_the_header_of_a_proxy_came_before_the_greeting(string behind, bool isEarly)
    {
        await using var server = RunningServer.Start(settings => settings with { Proxy = ProxyMode.V1, ProxyNetworks = NetworkList.Loopback });
        await using var client = await server.ConnectAsync();
        await client.SendAsync("PROXY TCP4 192.0.2.1 192.0.2.2 1000 25\r\n" + behind);
        (await client.ReplyAsync()).ShouldStartWith("220 ");
        await server.SettledAsync(client.Sent);
        server.Sessions.Manners.Contains(nameof(ProtocolFaults.EarlyTalk)).ShouldBe(isEarly);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_ends_its_side_before_it_is_answered_is_noted(bool isAnswered)
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().At(Stage.Mail, new FilterAnswer { Delay = 2000 }));
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO a.example");
        await client.SendAsync("MAIL FROM:<a@b.example> SIZE=3\r\n");
        await server.SettledAsync(client.Sent);
        if (!isAnswered)
        {
            client.HalfClose();
            await server.SettledAsync(client.Sent);
        }

        server.Clock.Advance(TimeSpan.FromSeconds(2));
        (await client.ReplyAsync()).ShouldStartWith("250 ");
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.ClientClosed);
        server.Sessions.Manners.ShouldBe(isAnswered ? [] : [nameof(ProtocolFaults.HalfClosed)]);
    }

    [Theory]
    [InlineData("NOOP\r\n", true)]
    [InlineData("x", true)]
    [InlineData("quit\r\n", false)]
    [InlineData("", false)]
    public async Task A_client_that_goes_on_behind_a_421_is_noted_unless_it_says_QUIT(string said, bool isNoted)
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().For("busy.example", new FilterAnswer { Reply = new FixedReply(421, default, "Busy"u8) }));
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO a.example");
        await client.AskAsync("MAIL FROM:<a@b.example> SIZE=3");
        (await client.AskAsync("RCPT TO:<c@busy.example>")).ShouldStartWith("421 ");
        await server.SettledAsync(client.Sent);
        if (said.Length > 0)
        {
            await client.SendAsync(said);
            await server.SettledAsync(received: 0);
        }

        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.PolicyClosed);
        server.Sessions.Manners.ShouldBe(isNoted ? [nameof(ClientAct.SpokeBehindClose)] : []);
    }

    [Fact]
    public async Task The_package_notes_what_it_can_tell()
    {
        await using var server = RunningServer.Start(engines: PackageServer.Engine);
        server.Sessions.Details = MessageDetails.Identity;
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO localhost");
        await client.AskAsync("BOO");
        await client.AskAsync("RCPT TO:<c@d.example>");
        await client.AskAsync("MAIL FROM:<a@b.example> BODY=8BITMIME");
        await client.AskAsync("RSET");
        await client.AskAsync("MAIL FROM:<a@b.example> BODY=8BITMIME");
        await client.AskAsync("RCPT TO:<c@d.example>");
        await client.AskAsync("DATA");
        (await client.AskAsync("Message-ID: <1@a>\r\n\r\n\u00e9\nx\r\n.")).ShouldStartWith("250 ");
        server.Sessions.Manners.ShouldBe(
        [
            nameof(ProtocolFaults.HeloNoName), nameof(ProtocolFaults.UnknownCommand), nameof(ProtocolFaults.BadSequence), nameof(ClientAct.Reset), nameof(ProtocolFaults.BareLineEnd),
        ]);
        server.Sessions.Identities.ShouldBe(["1@a  returns  "]);
    }

    [Fact]
    public async Task What_was_on_its_way_behind_a_421_is_no_fault()
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().For("busy.example", new FilterAnswer { Reply = new FixedReply(421, default, "Busy"u8) }));
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO a.example");
        await client.SendAsync("MAIL FROM:<a@b.example> SIZE=3\r\nRCPT TO:<c@busy.example>\r\nRCPT TO:<d@busy.example>\r\n");
        (await client.ReplyAsync()).ShouldStartWith("250 ");
        (await client.ReplyAsync()).ShouldStartWith("421 ");
        await server.SettledAsync(received: 0);
        await client.SendAsync("DATA\r\n");
        await server.SettledAsync(received: 0);
        client.HalfClose();
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.PolicyClosed);
        server.Sessions.Manners.ShouldBeEmpty();
    }
}
