using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Processes;

/// <summary>Whoever reads standard output stands still, as a stopped pager or a stuck log collector does.</summary>
public sealed partial class StuckLogTests
{
    [Fact]
    public async Task A_log_that_nobody_reads_stalls_neither_mail_nor_the_end()
    {
        using var folder = new TemporaryFolder();
        folder.Write("responses.toml", "");
        var start = new ProcessStartInfo(Tool.Find(SinkProcess.OwnCommand[0]) ?? SinkProcess.OwnCommand[0], SinkProcess.OwnCommand.Skip(1))
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["SINK_LISTEN"] = "127.0.0.1",
                ["SINK_PORT"] = "0",
                ["SINK_HTTP"] = "0",
                ["SINK_STARTTLS"] = "false",
                ["SINK_LOG_LEVEL"] = "Debug",
                ["SINK_DATA"] = folder.Combine("responses.toml"),
                ["SINK_STATE"] = folder.Combine("state"),
            },
        };
        using var sink = Process.Start(start)!;
        try
        {
            var (smtp, http) = await HeardAsync(sink.StandardOutput);
            var metrics = new Uri($"http://{http}/metrics");
            do
            {
                await ConverseAsync(smtp);
            }
            while ((await MetricsScrape.FetchAsync(metrics)).Sum("smartsink_log_events_dropped_total") == 0);

            Signal.Send(sink.Id, Signal.Terminate);
            await sink.WaitForExitAsync(Patience.Token());
            sink.ExitCode.ShouldBe(0);
        }
        finally
        {
            sink.Kill();
        }
    }

    /// <summary>One refused recipient after the other in a session: an event each.</summary>
    private static async Task ConverseAsync(IPEndPoint smtp)
    {
        await using var client = await SmtpTestClient.ConnectAsync(smtp);
        await client.ReplyAsync();
        await client.AskAsync("EHLO c");
        await client.AskAsync("MAIL FROM:<a@b.example>");
        await client.SendAsync(string.Concat(Enumerable.Repeat("RCPT TO:<permfail@example.com>\r\n", 1000)));
        for (var i = 0; i < 1000; i++)
        {
            (await client.ReplyAsync()).ShouldStartWith("550 ");
        }

        (await client.AskAsync("QUIT")).ShouldStartWith("221 ");
    }

    private static async Task<(IPEndPoint Smtp, string Http)> HeardAsync(StreamReader output)
    {
        var patience = Patience.Token();
        while (await output.ReadLineAsync(patience) is { } line)
        {
            if (StartLine().Match(line) is { Success: true } match)
            {
                return (IPEndPoint.Parse(match.Groups[1].Value), match.Groups[2].Value);
            }
        }

        throw new InvalidOperationException("The sink ended.");
    }

    [GeneratedRegex("answers SMTP on ([0-9.:]+) and HTTP on ([0-9.:]+);", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex StartLine();
}
