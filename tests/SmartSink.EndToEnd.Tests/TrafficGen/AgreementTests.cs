using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.TrafficGen;

/// <summary>traffic-gen and the sink, each a process: both count the same, whatever the policy answers.</summary>
public sealed class AgreementTests
{
    private const string Suffix = "testingdomain.tld";

    // A 421 leaves recipients of its transaction without an answer, on both sides the same ones.
    private const string ClosingReplies = """
        seed = 3
        [default]
        bounce = 3
        defer = 3
        [domain."rcpt.example"]
        [domain."data.example"]
        [domain."*.pattern.example"]
        [[bounce."*"]]
        code = 550
        msg = "5.1.1 No such user"
        [[bounce."*"]]
        code = 554
        msg = "5.7.1 Go away"
        close = true
        [[defer."*"]]
        code = 421
        msg = "4.7.0 Too much mail"
        [[defer."data.example"]]
        code = 421
        msg = "4.7.0 Too much of this"
        stage = "data"
        """;

    [Theory]
    [InlineData("1s", 20)]
    [InlineData("1h", 0)]
    public async Task Messages_that_a_greylist_kept_back_are_late_by_number(string limit, int late)
    {
        await using var sink = await SinkProcess.StartAsync(
            """
            behaviour = "provider"
            time_scale = 60
            [domain."gmail.com"]
            bounce = 0
            defer = 0
            [domain."gmail.com".greylist]
            wait = "4m"
            """,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_LEDGER"] = "on" });

        var run = await TrafficGenRun.StartAsync(
            "--target", $"127.0.0.1:{sink.SmtpPort}", "--domain", "gmail.com", "--behave", "well", "--time-scale", "60", "--message-count", "20", "--concurrency", "5",
            "--verify", $"{sink.Http}", "--verify-wait", "1m", "--late", limit);

        run.ShouldEndWith(late == 0 ? 0 : 1);
        var times = run.Report.GetProperty("verify").GetProperty("times");
        times.GetProperty("count").GetInt32().ShouldBe(20);
        times.GetProperty("late").GetProperty("count").GetInt32().ShouldBe(late);
        times.GetProperty("p50").GetDouble().ShouldBeGreaterThan(1_000); // The sink's four seconds at least.
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(4, "")]
    [InlineData(4, "--pipelining")]
    [InlineData(4, "--starttls")]
    [InlineData(4, "--pipelining --messages-per-connection 3")]
    [InlineData(4, "--chunking")]
    [InlineData(4, "--chunking --pipelining")]
    public async Task Both_sides_agree_when_transactions_end_with_421(int recipients, string flags)
    {
        await using var sink = await SinkProcess.StartAsync(ClosingReplies);

        var run = await TrafficGenRun.StartAsync(
            [
                "--target", $"localhost:{sink.SmtpPort}", "--verify", $"{sink.Http}", "--concurrency", "20", "--message-count", "1000", "--keep-going",
                "--domain", "rcpt.example", "--domain", "data.example", "--domain", "a.pattern.example", "--domain", "elsewhere.example",
                "--recipients-per-message", $"{recipients}", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ]);

        run.ShouldEndWith(0);
        run.Result.Output.ShouldContain("both sides agree");
        var answers = run.Answers();
        answers["rcpt 421"].ShouldBeGreaterThan(0);
        answers["end_of_data 421"].ShouldBeGreaterThan(0);
        run.Number("messages.retried").ShouldBeGreaterThan(0);
        (run.Number("messages.accepted") + run.Number("messages.refused") + run.Number("messages.given_up")).ShouldBe(1000);
    }

    [Fact]
    public async Task Both_sides_agree_when_names_count_as_other_for_want_of_series()
    {
        await using var sink = await SinkProcess.StartAsync(
            ClosingReplies + "\n[domain.\"own.pattern.example\"]\nbounce = 50\n",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_METRICS_MAX_DOMAINS"] = "1" });

        var run = await TrafficGenRun.StartAsync(
            "--target", $"localhost:{sink.SmtpPort}", "--verify", $"{sink.Http}", "--concurrency", "20", "--message-count", "1000", "--keep-going",
            "--domain", "rcpt.example", "--domain", "data.example", "--domain", "a.pattern.example", "--domain", "own.pattern.example", "--domain", "elsewhere.example");

        run.ShouldEndWith(0);
        run.Result.Output.ShouldContain("both sides agree");
        (await sink.MetricsAsync()).Sum("smartsink_domains_folded").ShouldBe(3);
    }

    [Fact]
    public async Task The_models_example_runs_against_the_shipped_policy_and_both_sides_agree()
    {
        using var folder = new TemporaryFolder();
        var copy = await Tool.RunAsync("cp", ["-r", RepositoryRoot.Combine("policy"), folder.Path]);
        copy.ExitCode.ShouldBe(0, copy.ToString());
        var shipped = await File.ReadAllTextAsync(RepositoryRoot.Combine("policy", "responses.toml"), TestContext.Current.CancellationToken);
        var policy = folder.Write("policy/responses.toml", $"domain_suffix = \"{Suffix}\"\n{shipped}");
        await using var sink = await SinkProcess.StartAsync(
            string.Empty, new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_DATA"] = policy });

        var run = await TrafficGenRun.StartAsync(
            "--target", $"localhost:{sink.SmtpPort}", "--concurrency", "400", "--body-size", "60kb", "--duration", "5", "--domain-suffix", Suffix,
            "--domain", "aol.com:1.5", "--domain", "gmail.com:67.4", "--domain", "hotmail.com:8.8", "--domain", "yahoo.com:5.9",
            "--keep-going", "--verify", $"{sink.Http}");

        run.ShouldEndWith(0);
        run.Result.Output.ShouldContain("both sides agree");
        run.Report.GetProperty("verify").GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("label").GetString())
            .ShouldBe(["gmail.com", "hotmail.com", "yahoo.com", "aol.com"]);
    }
}
