using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SmartSink.Behaviour;
using SmartSink.Commands;
using SmartSink.Hosting;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Scenarios;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Commands;

/// <summary><c>smartsink scenario</c> on a whole sink: what it puts there, what it makes of the sender, and that it takes all back.</summary>
public sealed class ScenarioCommandTests : IAsyncLifetime
{
    private const string File = """
        name = "small"
        about = "All bounces, and then nobody gets in."
        for = "10m"
        must_pass = ["no-retry-after-5xx"]
        [[policy.schedule]]
        name = "all bounces"
        at = "+0s"
        set = { bounce = 100, defer = 0 }
        [[step]]
        at = "5m"
        for = "2m"
        match = { stage = "connect" }
        do = { reply = { code = 421, msg = "4.3.2 Not now" } }
        """;

    private readonly ManualTimeProvider _clock = new();
    private readonly StringWriter _text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
    private readonly TextWriter _output;
    private RunningSink _sink = null!;
    private RunningApi _api = null!;

    public ScenarioCommandTests() => _output = TextWriter.Synchronized(_text);

    private string Told
    {
        get
        {
            // As the writer around it does.
            lock (_output)
            {
                return _text.ToString();
            }
        }
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sink = await RunningSink.StartAsync("[default]\nbounce = 0\ndefer = 0\n");
        _api = new RunningApi(_sink.Url("/"), null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _sink.DisposeAsync();
        await _output.DisposeAsync();
    }

    [Theory]
    [InlineData(1, 0, "pass  no-retry-after-5xx: ")]
    [InlineData(2, 1, "FAIL  no-retry-after-5xx: ")]
    public async Task A_sender_is_judged_by_what_it_did_meanwhile_and_all_is_taken_back(int tries, int exitCode, string verdict)
    {
        var run = Run().RunAsync(client: null, Cancelled);
        await ToldAsync("small: ");
        for (var number = 0; number < tries; number++)
        {
            using var client = await _sink.ConnectAsync();
            await client.SayAsync("MAIL FROM:<me@sender.example>");
            (await client.SayAsync("RCPT TO:<x@a.example>")).ShouldStartWith("550 ");
            await client.SayAsync("QUIT");
        }

        await PassUntilAsync(() => _sink.App.Services.GetRequiredService<BehaviourFilters>().Overrides.InForce.Count == 1);
        (await GreetingAsync()).ShouldStartWith("421 4.3.2 Not now");
        await PassUntilAsync(() => run.IsCompleted);
        var card = (await run).ShouldNotBeNull();
        card.Senders.ShouldHaveSingleItem().Permfail.ShouldBe(tries);
        ScenarioCommand.Conclude("small", card, ["no-retry-after-5xx"], _output).ShouldBe(exitCode);
        Told.Split('\n').ShouldContain(line => line.StartsWith(verdict, StringComparison.Ordinal));
        Told.ShouldContain("  0: all bounces\n  5m: reply 421 at connect, for 2m\n");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Stopped_early_it_takes_all_back_and_has_no_verdict()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var run = Run().RunAsync(client: null, stop.Token);
        await ToldAsync("  0: all bounces");
        (await _sink.GetAsync("/api/v1/policy/overlay")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await stop.CancelAsync();
        (await run).ShouldBeNull();
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Without_its_overlay_to_the_end_it_has_no_verdict()
    {
        var run = Run().RunAsync(client: null, Cancelled);
        await ToldAsync("  0: all bounces");
        await _sink.SendAsync(HttpMethod.Delete, "/api/v1/policy/overlay");
        await PassUntilAsync(() => run.IsCompleted);
        (await run.ShouldThrowAsync<StartException>()).Lines[0].ShouldStartWith("scenario: its overlay disappeared early");
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Beside_another_overlay_it_does_not_begin_and_leaves_that_alone()
    {
        using var content = new StringContent("""{ "name": "mine", "policy": "[default]\nbounce = 1\n" }""", Encoding.UTF8, "application/json");
        (await _sink.PostAsync("/api/v1/policy/overlay", content)).StatusCode.ShouldBe(HttpStatusCode.Created);
        var exception = await Run().RunAsync(client: null, Cancelled).ShouldThrowAsync<StartException>();
        exception.ExitCode.ShouldBe(ExitCodes.Failure);
        exception.Lines.Single().ShouldContain("The overlay \"mine\" is in force until ");
        (await _sink.GetAsync("/api/v1/policy/overlay")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task From_a_shell_it_ends_with_1_when_nothing_was_tested()
    {
        using var folder = new TemporaryFolder();
        folder.Write("small.toml", File);
        var (code, output, error) = await RunAsync("run", folder.Combine("small.toml"), "--time-scale", "100000");
        (code, error).ShouldBe((1, string.Empty));
        output.ShouldStartWith("small: 10m of the provider's time, 0:00:01 here\n  0: all bounces\n  5m: reply 421 at connect, for 2m\n");
        output.ShouldEndWith("FAIL  no-retry-after-5xx: no sender came\nsmall: failed no-retry-after-5xx\n");
        await NothingIsLeftAsync();

        // The report alone is on standard output, whatever else is told.
        (code, output, error) = await RunAsync("run", folder.Combine("small.toml"), "--time-scale", "100000", "--format", "json", "--fail-on", "no-loss");
        code.ShouldBe(1);
        output.ShouldStartWith("{");
        error.ShouldEndWith("FAIL  no-loss: no sender came\nsmall: failed no-loss\n");
    }

    [Fact]
    public async Task Mistakes_end_with_2()
    {
        using var folder = new TemporaryFolder();
        folder.Write("small.toml", File.Replace("no-retry-after-5xx", "no-retry-after", StringComparison.Ordinal));
        var file = folder.Combine("small.toml");
        (await RunAsync("run", file)).ShouldBe((2, string.Empty, $"{file}(4,14): error: unknown rule \"no-retry-after\"; it must be one of {string.Join(", ", SenderRules.All.Select(rule => rule.Name))}\n"));
        (await RunAsync("run", "provider-don")).Error.ShouldStartWith("NAME: there is no scenario \"provider-don\", did you mean \"provider-down\"?; known are block, ");
        (await RunAsync("run", folder.Combine("no.toml"))).Error.ShouldStartWith("NAME: ");
        (await RunAsync("run", "tls", "--time-scale", "0")).ShouldBe((2, string.Empty, "--time-scale: not a number from 0.001 to 100000\n"));
        (await RunAsync("run", "everything", "--time-scale", "0.01")).Error.ShouldStartWith("--time-scale: the scenario would take longer than a day: ");
        (await RunAsync("run", "everything", "--fail-on", "no-los")).Error.ShouldContain("did you mean \"no-loss\"?");

        // This sink offers no STARTTLS.
        (await RunAsync("run", "tls")).ShouldBe((2, string.Empty, "--tls_faults: no listener uses TLS, so TLS faults would have no effect: start the sink with SINK_STARTTLS=on\n"));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task The_list_says_what_each_is_for()
    {
        var (code, output, _) = await RunAsync("list");
        code.ShouldBe(0);
        output.ShouldStartWith("block: 80m of the provider's time, 0:04:00 here; must pass slows-down, backs-off, no-loss, no-storm\n  For half an hour Gmail ");
        output.Split('\n').Count(line => line.Contains("; must pass ", StringComparison.Ordinal)).ShouldBe(11);
    }

    [Theory]
    [InlineData(Verdict.Pass, Verdict.Warn, 0, "warn  no-loss: second (b)")]
    [InlineData(Verdict.NotSeen, Verdict.Pass, 0, "pass  no-loss: second (b)")]
    [InlineData(Verdict.Fail, Verdict.Pass, 1, "FAIL  no-loss: first (a)")]
    [InlineData(Verdict.NotSeen, Verdict.NotSeen, 1, "FAIL  no-loss: not seen, so it was not tested: first")]
    internal void Of_several_senders_the_worst_counts_and_what_was_not_seen_has_failed(Verdict first, Verdict second, int code, string line)
    {
        var card = new ReportCard(default, default, [SenderOf("a", first, "first"), SenderOf("b", second, "second")], 0, 1);
        ScenarioCommand.Conclude("x", card, ["no-loss"], _output).ShouldBe(code);
        _text.ToString().ShouldBe($"{line}\n{(code == 0 ? "x: passed" : "x: failed no-loss")}\n");

        static SenderReport SenderOf(string client, Verdict verdict, string finding) => new(
            client, string.Empty, "A", 0, 0, 0, 0, [new RuleReport("no-loss", string.Empty, verdict, RuleWeight.Major, null, string.Empty, finding, [], string.Empty, [])], new ReportChart(default, 1, [], [], []));
    }

    private ScenarioRun Run() => new(ScenarioReader.Read("small.toml", Encoding.UTF8.GetBytes(File)).Scenario!, timeScale: 1, _api, _clock, _output);

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var error = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var where = arguments[0] == "run" ? new[] { "--url", _sink.Url("/").ToString() } : [];
        var code = await CommandLine.RunAsync(["scenario", .. arguments, .. where, "--data", "builtin:responses.toml"], output, error);
        return (code, output.ToString(), error.ToString());
    }

    private async Task<string> GreetingAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _sink.App.SmtpEndPoint.Port, Cancelled);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadLineAsync(Cancelled) ?? string.Empty;
    }

    private Task ToldAsync(string text) => UntilAsync(() => Told.Contains(text, StringComparison.Ordinal), TimeSpan.Zero);

    // Time passes while the run waits for it, and stands still while the run asks the sink for something: a slow sink would find it all gone.
    private Task PassUntilAsync(Func<bool> isThere) => UntilAsync(isThere, TimeSpan.FromSeconds(10));

    private async Task UntilAsync(Func<bool> isThere, TimeSpan step)
    {
        while (!isThere())
        {
            if (_clock.TimerCount > 0)
            {
                _clock.Advance(step);
            }

            await Task.Delay(10, Cancelled);
        }
    }

    private async Task NothingIsLeftAsync()
    {
        (await _sink.GetAsync("/api/v1/policy/overlay")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var overrides = await _sink.GetAsync("/api/v1/overrides");
        (await overrides.Content.ReadAsStringAsync(Cancelled)).ShouldContain("\"overrides\": []");
    }
}
