using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using SmartSink.Shared;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Processes;

/// <summary>A sink with nothing but a Unix socket for mail.</summary>
public sealed class UnixSocketProcessTests : IDisposable
{
    private const int Kill = 9;

    private readonly TemporaryFolder _folder = new();

    private string SocketPath => _folder.Combine("smartsink.sock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_starts_serves_reloads_and_stops_and_starts_again_when_it_was_killed()
    {
        await using (var killed = await StartAsync())
        {
            killed.Output.ShouldContain($"SmartSink {ProductVersion.Text} answers LMTP on unix:{SocketPath} and HTTP on 127.0.0.1:");
            killed.Output.ShouldContain($" accepts LMTP on unix:{SocketPath}");
            (await killed.TerminateAsync(Kill)).ShouldBe(128 + Kill);
        }

        File.Exists(SocketPath).ShouldBeTrue("nobody could remove it");
        await using var sink = await StartAsync();
        await DeliverAsync();
        using (var http = new HttpClient())
        {
            var ready = JsonDocument.Parse(await http.GetStringAsync(new Uri(sink.Http, "/readyz"), TestContext.Current.CancellationToken));
            ready.RootElement.GetProperty("listeners")[0].GetProperty("address").GetString().ShouldBe($"unix:{SocketPath}");
        }

        var health = await Tool.RunAsync(
            SinkProcess.OwnCommand[0],
            [.. SinkProcess.OwnCommand.Skip(1), "health"],
            environment: new Dictionary<string, string> { ["SINK_LISTEN"] = $"unix:{SocketPath}", ["SINK_HTTP"] = sink.Http.Port.ToString(CultureInfo.InvariantCulture) });
        health.ExitCode.ShouldBe(0, health.ToString());

        var before = FileStamp.Of(SocketPath);
        await sink.ChangePolicyAsync("[default]\nbounce = 0\ndefer = 0\n");
        Signal.Send(sink.Id, Signal.Hangup);
        await sink.SaysAsync("INF Reread all files");
        FileStamp.Of(SocketPath).ShouldBe(before);
        await DeliverAsync();
        (await sink.MetricsAsync()).Sum("smartsink_messages_total", ("outcome", "accepted")).ShouldBe(2);

        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);
        File.Exists(SocketPath).ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_sink_on_the_same_path_ends_with_1_and_one_line()
    {
        await using var sink = await StartAsync();

        var second = await Tool.RunAsync(SinkProcess.OwnCommand[0], SinkProcess.OwnCommand.Skip(1), environment: new Dictionary<string, string>
        {
            ["SINK_LISTEN"] = $"unix:{SocketPath}",
            ["SINK_HTTP"] = "0",
            ["SINK_DATA"] = sink.PolicyFile,
            ["SINK_STATE"] = _folder.Combine("state"),
        });

        second.ExitCode.ShouldBe(1, second.ToString());
        second.Error.ShouldBe($"SINK_LISTEN: cannot listen on unix:{SocketPath}: another process is listening there\n");
        await DeliverAsync();
    }

    private Task<SinkProcess> StartAsync() => SinkProcess.StartAsync(
        "[default]\nbounce = 0\n", new Dictionary<string, string> { ["SINK_LISTEN"] = $"unix:{SocketPath}", ["SINK_PROTOCOL"] = "lmtp" });

    private async Task DeliverAsync()
    {
        await using var client = await SmtpTestClient.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        (await client.ReplyAsync()).ShouldStartWith("220 ");
        (await client.AskAsync("LHLO c")).ShouldStartWith("250");
        (await client.AskAsync("MAIL FROM:<a@b.example>")).ShouldStartWith("250 ");
        (await client.AskAsync("RCPT TO:<c@d.example>")).ShouldStartWith("250 ");
        (await client.AskAsync("DATA")).ShouldStartWith("354 ");
        (await client.AskAsync("hello\r\n.")).ShouldStartWith("250 ");
        (await client.AskAsync("QUIT")).ShouldStartWith("221 ");
    }
}
