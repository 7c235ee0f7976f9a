using System.Diagnostics.CodeAnalysis;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.SmtpSource;

/// <summary>Postfix's load generator against the sink: every message that it counts as sent is counted by the sink, and none more.</summary>
public sealed class SmtpSourceTests
{
    private const string AcceptAll = """
        [default]
        bounce = 0
        defer = 0

        [domain."gmail.com"]
        """;

    [Theory]
    [InlineData("kept", 2000, 1_000, 1)]
    [InlineData("each", 1000, 1_000, 1)]
    [InlineData("kept", 200, 1_000_000, 1)]
    [InlineData("kept", 500, 5_000, 20)]
    [SuppressMessage("Usage", "xUnit1026", Justification = "all are used")]
    public async Task Everything_sent_is_accepted_and_counted(string connection, int messages, int size, int recipients)
    {
        Requirement.Programs("smtp-source");
        await using var sink = await SinkProcess.StartAsync(AcceptAll);
        string[] keep = connection == "kept" ? ["-d"] : [];

        var result = await Tool.RunAsync(
            "smtp-source",
            [.. keep, "-s", "20", "-m", $"{messages}", "-l", $"{size}", "-r", $"{recipients}", "-f", "a@client.test", "-t", "user@gmail.com", $"127.0.0.1:{sink.SmtpPort}"]);

        result.ExitCode.ShouldBe(0, result.ToString());
        var metrics = await sink.MetricsAsync();
        metrics.Sum("smartsink_messages_total").ShouldBe(messages);
        metrics.Sum("smartsink_messages_total", ("outcome", "accepted")).ShouldBe(messages);
        metrics.Sum("smartsink_recipients_total").ShouldBe((long)messages * recipients);
        metrics.Sum("smartsink_recipients_total", ("outcome", "accepted"), ("stage", "data"), ("domain", "gmail.com")).ShouldBe((long)messages * recipients);
        metrics.Sum("smartsink_message_bytes_total").ShouldBeGreaterThanOrEqualTo((long)messages * size);
        metrics.Sum("smartsink_connections_total").ShouldBe(connection == "kept" ? 20 : messages);
    }
}
