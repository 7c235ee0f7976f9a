using System.Diagnostics;
using System.Net;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Processes;

/// <summary>Ctrl-C in the middle of a scenario leaves the sink as it was.</summary>
public sealed class InterruptedScenarioTests
{
    [Theory]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Terminate)]
    public async Task A_signal_takes_back_all_that_a_scenario_has_put(int signal)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("long.toml", """
            name = "long"
            about = "Nobody gets in for an hour."
            for = "1h"
            must_pass = ["no-storm"]
            [policy.default]
            bounce = 1
            [[step]]
            at = "0"
            for = "1h"
            match = { stage = "connect" }
            do = { reply = { code = 421, msg = "4.3.2 Not now" } }
            """);
        await using var sink = await SinkProcess.StartAsync("[default]\nbounce = 0\n");
        using var http = new HttpClient { BaseAddress = new Uri(sink.Http, "/api/v1/") };

        // A shell's background job ignores SIGINT, and hands that on to its children: here it starts as in the foreground.
        string[] command = ["--default-signal=INT", .. SinkProcess.OwnCommand, "scenario", "run", file, "--url", $"{sink.Http}"];
        using var run = Process.Start(new ProcessStartInfo("env", command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await Patience.UntilAsync(async () => run.HasExited || await OverridesAsync() > 0);
            run.HasExited.ShouldBeFalse();
            (await http.GetAsync("policy/overlay", TestContext.Current.CancellationToken)).IsSuccessStatusCode.ShouldBeTrue();

            Signal.Send(run.Id, signal);

            await run.WaitForExitAsync(Patience.Token());
            (run.ExitCode, await error).ShouldBe((1, "scenario: stopped early; its changes were removed\n"), await output);
            (await http.GetAsync("policy/overlay", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await OverridesAsync()).ShouldBe(0);
        }
        finally
        {
            run.Kill();
        }

        async Task<double> OverridesAsync() => (await sink.MetricsAsync()).Sum("smartsink_overrides");
    }
}
