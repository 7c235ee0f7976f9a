namespace SmartSink.TrafficGen.Tests.Options;

/// <summary>How SMTP is spoken.</summary>
public sealed class SessionFlagTests
{
    [Theory]
    [InlineData("client.example")]
    [InlineData("[192.0.2.1]")]
    public async Task Helo_is_said_as_given(string name)
    {
        var run = await FlagRun.StartAsync($"--message-count 1 --domain-suffix sink.test --helo {name}");

        run.Messages.ShouldHaveSingleItem().Greeting.ShouldBe("EHLO " + name);
    }

    [Fact]
    public async Task Source_ip_is_taken_in_turn_by_the_connections_of_one_worker()
    {
        var run = await FlagRun.StartAsync("--message-count 5 --messages-per-connection 1 --source-ip 127.0.0.2 --source-ip 127.0.0.3 --source-ip 127.0.0.4");

        run.Sessions.Select(session => session.Client.ToString()).ShouldBe(["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.2", "127.0.0.3"]);
    }

    [Fact]
    public async Task Source_ip_is_taken_in_turn_by_many_workers()
    {
        var run = await new FlagRun { Concurrency = 6 }.RunAsync("--message-count 6 --source-ip 127.0.0.2 --source-ip 127.0.0.3");

        run.Sessions.CountBy(session => session.Client.ToString()).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ShouldBe([new("127.0.0.2", 3), new("127.0.0.3", 3)]);
    }

    [Fact]
    public async Task Messages_per_connection_end_with_QUIT()
    {
        var run = await FlagRun.StartAsync("--message-count 7 --messages-per-connection 3");

        run.Sessions.Select(session => session.Messages.Count).ShouldBe([3, 3, 1]);
        run.Sessions.ShouldAllBe(session => session.Heard.Contains("QUIT"));
    }

    [Fact]
    public async Task Without_pipelining_each_reply_is_waited_for()
    {
        var run = await FlagRun.StartAsync("--message-count 1 --recipients-per-message 2");

        run.Sessions.ShouldHaveSingleItem().Heard.Select(line => line.Split(' ', ':')[0]).Take(5).ShouldBe(["EHLO", "MAIL", "RCPT", "RCPT", "DATA"]);
        run.Output.ShouldContain("accepted 1,");
    }

    [Fact]
    public async Task Pipelining_sends_a_transactions_commands_before_the_first_reply()
    {
        // No reply until DATA is there: who waits for one never says it.
        var run = await new FlagRun
        {
            Script = async session =>
            {
                await session.SayAsync("220 fake.example\r\n");
                await session.HearAsync();
                await session.SayAsync("250-fake.example\r\n250 PIPELINING\r\n");
                while (await session.HearAsync() is not ("DATA" or null))
                {
                }

                await session.SayAsync("250 OK\r\n250 OK\r\n250 OK\r\n250 OK\r\n354 Go on\r\n");
                while (await session.HearAsync() is not ("." or null))
                {
                }

                await session.SayAsync("250 OK\r\n");
                await session.HearAsync();
                await session.SayAsync("221 Bye\r\n");
            },
        }.RunAsync("--message-count 1 --recipients-per-message 3 --pipelining");

        run.Sessions.ShouldHaveSingleItem().Heard.Take(6).Select(line => line.Split(' ')[0]).ShouldBe(["EHLO", "MAIL", "RCPT", "RCPT", "RCPT", "DATA"]);
        run.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Chunking_sends_with_BDAT()
    {
        var run = await FlagRun.StartAsync("--message-count 2 --chunking --body-size 3000");

        run.Messages.Select(message => message.Text.Length).ShouldBe([3000, 3000]);
        run.Sessions.ShouldHaveSingleItem().Heard.ShouldNotContain("DATA");
        run.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Auth_logs_in_before_the_first_message()
    {
        var run = await new FlagRun { Answer = line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "235 2.7.0 In\r\n" : null }
            .RunAsync("--message-count 1 --auth me:se:cret");

        var heard = run.Sessions.ShouldHaveSingleItem().Heard;
        heard[1].ShouldBe("AUTH PLAIN " + Convert.ToBase64String("\0me\0se:cret"u8));
        heard[2].ShouldStartWith("MAIL FROM:<");
    }
}
