using System.Diagnostics;
using SmartSink.EndToEnd.Tests.Postfix;
using SmartSink.EndToEnd.Tests.TrafficGen;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Behaviour;

/// <summary>One provider is down: mail to the others goes on as before.</summary>
public sealed class IsolationTests
{
    private const string Up = """
        [default]
        bounce = 0
        defer = 0

        [domain."gmail.com"]

        [domain."yahoo.com"]
        """;

    private static string Down => PageText.Behaviour.Block("[[schedule]]") + Up;

    [Fact]
    public async Task Mail_of_traffic_gen_to_another_provider_goes_on()
    {
        const int Messages = 10_000;
        const int ToYahoo = 400;
        await using var sink = await SinkProcess.StartAsync(Up);

        var before = await SendBothAsync("accepted");
        await sink.ChangePolicyAsync(Down);
        var during = await SendBothAsync("tempfail");

        BehaviourPage.ShouldHave("traffic-gen", Messages, before, during);

        async Task<double> SendBothAsync(string yahoo)
        {
            var runs = await Task.WhenAll(
                SendAsync("gmail.com", "--message-count", $"{Messages}", "--throttle", "2000/s"),
                SendAsync("yahoo.com", "--message-count", $"{ToYahoo}", "--throttle", "200/s"));
            runs[0].Number("recipients.accepted").ShouldBe(Messages);
            runs[1].Number($"recipients.{yahoo}").ShouldBe(ToYahoo);
            return runs[0].Report.GetProperty("rate").GetProperty("per_second").GetDouble();
        }

        Task<TrafficGenRun> SendAsync(string domain, params IEnumerable<string> flags) =>
            TrafficGenRun.StartAsync(["--target", $"localhost:{sink.SmtpPort}", "--domain", domain, "--concurrency", "5", "--keep-going", .. flags]);
    }

    [Fact]
    public async Task Mail_of_Postfix_to_another_provider_goes_on()
    {
        const int Messages = 500;
        Requirement.Programs("postfix", "smtp-source");
        Requirement.Root();
        await using var sink = await SinkProcess.StartAsync(Up);
        await using var postfix = await PostfixInstance.StartAsync(sink.SmtpPort);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));

        var before = await RelayBothAsync(0, "sent");
        await sink.ChangePolicyAsync(Down);
        var during = await RelayBothAsync(2 * Messages, "deferred");

        BehaviourPage.ShouldHave("Postfix", Messages, before, during);

        async Task<double> RelayBothAsync(int earlier, string yahoo)
        {
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(SubmitAsync("gmail.com"), SubmitAsync("yahoo.com"));
            var tries = (await postfix.WaitForDeliveriesAsync(earlier + (2 * Messages), limit.Token)).Skip(earlier).ToList();
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            tries.Count(attempt => attempt is { Domain: "gmail.com", Status: "sent" }).ShouldBe(Messages);
            tries.Count(attempt => attempt.Domain == "yahoo.com" && attempt.Status == yahoo).ShouldBe(Messages);
            return Messages / seconds;
        }

        async Task SubmitAsync(string domain)
        {
            // The null sender: Postfix then sends no bounce messages of its own through the sink.
            var sent = await Tool.RunAsync("smtp-source", ["-s", "5", "-m", $"{Messages}", "-N", "-f", string.Empty, "-t", $"user@{domain}", $"127.0.0.1:{postfix.Port}"]);
            sent.ExitCode.ShouldBe(0, sent.ToString());
        }
    }
}
