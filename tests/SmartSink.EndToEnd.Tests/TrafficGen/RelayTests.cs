using System.Text.Json;
using SmartSink.EndToEnd.Tests.Postfix;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.TrafficGen;

/// <summary>A real Postfix stands between: traffic-gen says whether all that Postfix took has come to the sink, and what is missing.</summary>
public sealed class RelayTests
{
    private const int Messages = 200;

    /// <summary>Mail that is lost is waited for in vain so long, and until then Postfix has relayed all the rest.</summary>
    private const string InVain = "90s";

    // The replies are refusals for good: Postfix gives the mail up and sends a bounce to the sender, which is relayed to the sink, too.
    private const string Policy = """
        [default]
        bounce = 0
        defer = 0
        [domain."gmail.com"]
        bounce = 20
        [domain."yahoo.com"]
        bounce = 10
        [[bounce."*"]]
        code = 550
        msg = "5.1.1 No such user"
        """;

    [Fact]
    public async Task All_that_the_relay_took_has_come_to_the_sink()
    {
        Requirement.Programs("postfix");
        Requirement.Root();
        await using var sink = await SinkProcess.StartAsync(Policy);
        await using var postfix = await PostfixInstance.StartAsync(sink.SmtpPort);

        var run = await SendAsync(sink, postfix, "--sender-domain", "bounces.example", "--recipients-per-message", "2", "--verify-wait", "5m");

        run.ShouldEndWith(0);
        run.Number("recipients.accepted").ShouldBe(2 * Messages);
        run.Number("verify.missing").ShouldBe(0);
        run.Result.Output.ShouldContain("the sink received every recipient that the target accepted");
        var groups = Groups(run);
        groups["gmail.com"].GetProperty("sink").GetProperty("permfail").GetInt64().ShouldBeGreaterThan(0);
        groups.Values.Where(group => group.GetProperty("domains").GetArrayLength() > 0)
            .Sum(group => group.GetProperty("sent").GetProperty("accepted").GetInt64()).ShouldBe(2 * Messages);
    }

    [Fact]
    public async Task A_message_that_the_relay_swallowed_is_told_by_its_domain()
    {
        Requirement.Programs("postfix");
        Requirement.Root();
        await using var sink = await SinkProcess.StartAsync("""
            [default]
            bounce = 0
            defer = 0
            [domain."gmail.com"]
            [domain."yahoo.com"]
            """);
        await using var postfix = await PostfixInstance.StartAsync(sink.SmtpPort, "/^X-SmartSink-Run: relayed\\/7$/ DISCARD");

        var run = await SendAsync(sink, postfix, "--verify-wait", InVain);

        run.ShouldEndWith(1);
        (run.Number("messages.accepted"), run.Number("verify.missing"), run.Number("verify.extra")).ShouldBe((Messages, 1, 0));
        run.Result.Output.ShouldContain("MISSING at the sink: 1 of the recipients that the target accepted");
        var group = Groups(run).Values.Single(group => !group.GetProperty("agrees").GetBoolean());
        (group.GetProperty("sent").GetProperty("accepted").GetInt64() - group.GetProperty("sink").GetProperty("accepted").GetInt64()).ShouldBe(1);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("/^X-SmartSink-Run: relayed\\/7$/ DISCARD", 1)]
    public async Task With_the_ledger_on_lost_mail_is_told_by_number_and_bounces_need_no_domain_of_their_own(string headerChecks, int lost)
    {
        Requirement.Programs("postfix");
        Requirement.Root();
        await using var sink = await SinkProcess.StartAsync(Policy, new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_LEDGER"] = "on" });
        await using var postfix = await PostfixInstance.StartAsync(sink.SmtpPort, headerChecks);

        var run = await SendAsync(sink, postfix, "--verify-wait", lost == 0 ? "5m" : InVain);

        run.ShouldEndWith(lost);
        var numbers = run.Report.GetProperty("verify").GetProperty("numbers");
        numbers.GetProperty("accepted").GetInt32().ShouldBe(Messages);
        numbers.GetProperty("lost").GetProperty("numbers").EnumerateArray().Select(range => range.GetString()).ShouldBe(lost == 0 ? [] : ["7"]);
        new[] { "twice", "wrongly_bounced", "waiting" }.ShouldAllBe(kind => numbers.GetProperty(kind).GetProperty("count").GetInt32() == 0);
        var times = run.Report.GetProperty("verify").GetProperty("times");
        times.GetProperty("count").GetInt32().ShouldBeInRange(1, Messages - lost - 1); // Some were refused.
        times.GetProperty("p50").GetDouble().ShouldBeInRange(0, times.GetProperty("max").GetDouble());
        run.Result.Output.ShouldContain("of being sent, 99% within ");
        run.Result.Output.ShouldContain(lost == 0 ? $"by number: all {Messages} messages that the target accepted reached the sink" : "by number: the target and the sink DIFFER");
    }

    /// <summary>The example of KumoMTA's users, with fewer messages and an MTA between: some are refused for good, some for now, and Postfix tries these again.</summary>
    [Fact]
    public async Task What_was_sent_is_what_was_received_number_by_number()
    {
        Requirement.Programs("postfix");
        Requirement.Root();
        await using var sink = await SinkProcess.StartAsync(
            """
            domain_suffix = "testingdomain.tld"
            seed = 1
            [domain."gmail.com"]
            bounce = 5
            defer = 20
            [domain."yahoo.com"]
            bounce = 10
            defer = 30
            [[defer."*"]]
            code = 451
            msg = "4.7.1 Not now"
            """,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_LEDGER"] = "on" });
        await using var postfix = await PostfixInstance.StartAsync(sink.SmtpPort);

        var example = PageText.TrafficGen.Command("traffic-gen --target localhost:2525 --concurrency 400").Split(' ').Skip(1).Select(word => word switch
        {
            "localhost:2525" => $"127.0.0.1:{postfix.Port}",
            "http://localhost:8000" => $"{sink.Http}",
            "--duration" => "--message-count",
            "60" => $"{Messages}",
            "400" => "50", // Postfix answers a hundred at once; the others would wait for its greeting until they give up.
            _ => word,
        });
        var sending = TrafficGenRun.StartAsync([.. example, "--run-id", "relayed", "--seed", "1", "--verify-relayed", "--verify-wait", "4m"]);
        while (!sending.IsCompleted)
        {
            await postfix.FlushAsync();
            await Task.WhenAny(sending, Task.Delay(1000, TestContext.Current.CancellationToken));
        }

        var run = await sending;
        run.ShouldEndWith(0);
        run.Number("messages.accepted").ShouldBe(Messages);
        using var http = new HttpClient();
        var ledger = JsonDocument.Parse(await http.GetStringAsync(new Uri(sink.Http, "/api/v1/ledger/runs/relayed"), TestContext.Current.CancellationToken)).RootElement;
        Numbers("accepted").Concat(Numbers("refused")).Order().ShouldBe(Enumerable.Range((int)ledger.GetProperty("lowest").GetInt64(), Messages));
        Numbers("refused").ShouldNotBeEmpty();
        Numbers("waiting").ShouldBeEmpty();
        ledger.GetProperty("duplicates").GetArrayLength().ShouldBe(0);

        string[] command = [.. SinkProcess.OwnCommand, "report", "--url", $"{sink.Http}", "--run", "relayed", "--fail-on", "no-loss,no-duplicates,no-retry-after-5xx"];
        var report = await Tool.RunAsync(command[0], command[1..]);
        report.ExitCode.ShouldBe(0, report.ToString());

        IEnumerable<int> Numbers(string what) => ledger.GetProperty(what).EnumerateArray().SelectMany(range =>
        {
            var ends = range.GetString()!.Split('-').Select(int.Parse).ToList();
            return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
        });
    }

    private static Dictionary<string, JsonElement> Groups(TrafficGenRun run) =>
        run.Report.GetProperty("verify").GetProperty("groups").EnumerateArray()
            .ToDictionary(group => group.GetProperty("label").GetString()!, StringComparer.Ordinal);

    private static Task<TrafficGenRun> SendAsync(SinkProcess sink, PostfixInstance postfix, params IEnumerable<string> flags) => TrafficGenRun.StartAsync(
        [
            "--target", $"127.0.0.1:{postfix.Port}", "--concurrency", "5", "--message-count", $"{Messages}", "--run-id", "relayed", "--seed", "1",
            "--domain", "gmail.com:2", "--domain", "yahoo.com", "--verify", $"{sink.Http}", "--verify-relayed", .. flags,
        ]);
}
