using SmartSink.EndToEnd.Tests.TrafficGen;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Http;

/// <summary>The page of metrics, read by Prometheus' own tool.</summary>
public sealed class PromtoolTests
{
    [Fact]
    public async Task Promtool_finds_nothing_wrong_with_the_metrics()
    {
        Requirement.Programs("promtool");
        await using var sink = await SinkProcess.StartAsync("[default]\nbounce = 20\ndefer = 20\n");
        using var client = new HttpClient();
        await CheckAsync(client, sink, "before the first message");

        var run = await TrafficGenRun.StartAsync("--target", $"localhost:{sink.SmtpPort}", "--message-count", "200", "--concurrency", "4", "--keep-going", "--starttls");

        run.ShouldEndWith(0);
        await CheckAsync(client, sink, "after some");
    }

    private static async Task CheckAsync(HttpClient client, SinkProcess sink, string when)
    {
        var page = await client.GetStringAsync(new Uri(sink.Http, "/metrics"), TestContext.Current.CancellationToken);
        var check = await Tool.RunAsync("promtool", ["check", "metrics"], page);
        check.ExitCode.ShouldBe(0, $"{when}: {check}");
        (check.Output + check.Error).ShouldBeEmpty(when);
    }
}
