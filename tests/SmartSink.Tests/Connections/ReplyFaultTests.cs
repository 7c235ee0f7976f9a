using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

/// <summary>Faults in replies, as far as they are the connection's: when late lines go, what is counted. What they look like stands in the transcripts.</summary>
public abstract class ReplyFaultTests
{
    protected ReplyFaultTests(string transport) => RunningServer.Over = transport;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Late_lines_go_when_their_time_has_come(bool overTls)
    {
        await using var server = Start("late-line=100,delay=20s", overTls);
        await using var client = await ConnectAsync(server, overTls);
        await client.SendAsync("EHLO client.example\r\nNOOP\r\n");
        (await client.LineAsync()).ShouldBe("250-mx.sink.test");
        var rest = client.LineAsync();
        await server.SettledAsync(received: 0);
        server.Clock.Advance(TimeSpan.FromSeconds(18));
        await server.SettledAsync(received: 0);
        rest.IsCompleted.ShouldBeFalse();
        server.Clock.Advance(TimeSpan.FromSeconds(3));
        (await rest).ShouldBe("250-PIPELINING");
        (await client.ReplyAsync()).ShouldEndWith("250 HELP");
        (await client.ReplyAsync()).ShouldBe("250 2.0.0 Ok");
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        server.Connections.ReplyFaults.ShouldBe([ReplyFault.LateLine]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stop_does_not_wait_for_late_lines_and_breaks_off_no_reply(bool overTls)
    {
        await using var server = Start("late-line=100", overTls);
        await using var client = await ConnectAsync(server, overTls);
        await client.SendAsync("EHLO client.example\r\n");
        (await client.LineAsync()).ShouldBe("250-mx.sink.test");
        await server.SettledAsync(received: 0);
        var stopping = server.StopAsync();
        (await client.ReplyAsync()).ShouldEndWith("250 HELP");
        (await client.ReplyAsync()).ShouldStartWith("421 4.3.2");
        (await client.LineAsync()).ShouldBeNull();
        client.HalfClose();
        await stopping;
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Shutdown);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_does_not_wait_is_let_go_in_the_end(bool overTls)
    {
        await using var server = Start("late-line=100", overTls);
        await using (var client = await ConnectAsync(server, overTls))
        {
            await client.SendAsync("EHLO client.example\r\n");
            (await client.LineAsync()).ShouldBe("250-mx.sink.test");
        }

        await server.SettledAsync(received: 0);
        server.Clock.Advance(TimeSpan.FromSeconds(11));
        (await server.Connections.NextEndAsync()).ShouldBeOneOf(SessionEndReason.ClientClosed, SessionEndReason.ConnectionReset);
        server.Connections.ReplyFaults.ShouldBe([ReplyFault.LateLine]);
    }

    [Theory]
    [InlineData("late-line")]
    [InlineData("ok-for-354")]
    [InlineData("keywords")]
    [InlineData("full-line")]
    public async Task A_fault_that_the_client_does_not_come_to_is_not_counted(string word)
    {
        await using var server = Start($"{word}=100", overTls: false);
        await using var client = await server.GreetedAsync();
        (await client.AskAsync("QUIT")).ShouldStartWith("221");
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
        server.Connections.ReplyFaults.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_seed_gives_each_session_its_draw()
    {
        (await MetAsync()).ShouldBe(await MetAsync());

        static async Task<List<string>> MetAsync()
        {
            await using var server = Start("full-line=50,seed=7", overTls: false);
            var replies = new List<string>();
            for (var i = 0; i < 12; i++)
            {
                await using var client = await server.GreetedAsync();
                replies.Add(await client.AskAsync("HELO client.example"));
            }

            replies.Distinct().Count().ShouldBe(2);
            return replies;
        }
    }

    private static RunningServer Start(string faults, bool overTls)
    {
        ReplyFaultRates.TryParse(faults, out var rates).ShouldBeTrue();
        return RunningServer.Start(settings => settings with
        {
            ReplyFaults = rates,
            Tls = overTls ? TlsMode.Implicit : TlsMode.Off,
            HiddenExtensions = Smtp.Syntax.SmtpExtensions.Auth,
        });
    }

    private static async Task<SmtpTestClient> ConnectAsync(RunningServer server, bool overTls)
    {
        if (!overTls)
        {
            return await server.GreetedAsync();
        }

        var client = await server.ConnectAsync();
        await client.StartTlsAsync();
        (await client.ReplyAsync()).ShouldStartWith("220");
        return client;
    }
}

public sealed class ReplyFaultTestsOverEpoll() : ReplyFaultTests("epoll");

public sealed class ReplyFaultTestsOverSockets() : ReplyFaultTests("sockets");

public sealed class ReplyFaultTestsOverMemory() : ReplyFaultTests(RunningServer.Memory);
