using System.Net;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Processes;

/// <summary>Once, each of these signals ended the process in the middle of a transaction.</summary>
public sealed class SignalTests
{
    [Fact]
    public async Task Signals_that_are_sent_to_servers_end_no_transaction()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_STARTTLS"] = "off" };
        await using var sink = await SinkProcess.StartAsync("[default]\nbounce = 0\n[domain.\"a.example\"]\nbounce = 0\n", environment);
        using var client = await SmtpProbe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, sink.SmtpPort));
        await client.SayAsync("MAIL FROM:<a@b.example>");
        (await client.SayAsync("RCPT TO:<c@a.example>")).ShouldStartWith("250 ");
        (await client.SayAsync("RCPT TO:<permfail@b.example>")).ShouldStartWith("550 ");

        Signal.Send(sink.Id, Signal.Hangup);
        await sink.SaysAsync("INF Reread all files: policy unchanged");
        sink.ReplacePolicy("[default]\nbounce = 100\n");
        Signal.Send(sink.Id, Signal.Hangup);
        await sink.SaysAsync("WRN Something that was in force before is missing from the changed policy: 1 domain, 1 key");
        sink.ReplacePolicy("[default]\nbounce = 101\n");
        Signal.Send(sink.Id, Signal.Hangup);
        await sink.SaysAsync("INF Reread all files: policy rejected");
        sink.Output.ShouldContain("responses.toml(2,10): error: ");

        Signal.Send(sink.Id, Signal.User2);
        Signal.Send(sink.Id, Signal.User1);
        await sink.SaysAsync("INF Counts, recipients at other: permfail 1");
        sink.Output.ShouldContain("INF Counts, connections: open: 1, accepted: 1, closed by reason: none");
        sink.Output.ShouldContain("INF Counts, recipients: permfail 1");

        await client.SayAsync("DATA");
        (await client.SayAsync("hello\r\n.")).ShouldStartWith("250 ");
        (await sink.TerminateAsync()).ShouldBe(0, sink.Output);
    }
}
