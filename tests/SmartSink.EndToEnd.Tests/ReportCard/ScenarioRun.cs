using System.Text.Json;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.ReportCard;

/// <summary>What <c>smartsink scenario run</c> said of a sender, and how it ended.</summary>
internal sealed record ScenarioRun(ToolResult Result, JsonElement Sender)
{
    private static readonly SemaphoreSlim Turns = new(Environment.ProcessorCount);

    /// <summary><c>A</c> to <c>F</c>.</summary>
    public string Grade => Sender.GetProperty("grade").GetString()!;

    /// <summary>The rules that came to a verdict: <c>fail</c>, <c>warn</c>.</summary>
    public IEnumerable<JsonElement> Rules(string verdict) => Sender.GetProperty("rules").EnumerateArray().Where(rule => rule.GetProperty("verdict").GetString() == verdict);

    /// <summary>Runs a scenario on a sender, with a sink of their own.</summary>
    public static async Task<ScenarioRun> StartAsync(Scenario scenario, ScenarioSender sender, params IReadOnlyList<string> flags)
    {
        var result = await RunAsync(scenario, sender, ["--format", "json", .. flags]);
        result.Output.ShouldStartWith("{", customMessage: result.ToString());
        return new ScenarioRun(result, JsonDocument.Parse(result.Output).RootElement.GetProperty("senders").EnumerateArray().Single());
    }

    /// <summary>The same as a text for people.</summary>
    public static async Task<string> TextAsync(Scenario scenario, ScenarioSender sender) => (await RunAsync(scenario, sender, [])).Output;

    private static async Task<ToolResult> RunAsync(Scenario scenario, ScenarioSender sender, IReadOnlyList<string> flags)
    {
        await using var relay = sender.StartAsync is { } start ? await start(scenario.TimeScale) : null;
        var network = relay?.Host.Network;
        await using var sink = await InTurnAsync(() => StartSinkAsync(network));
        var running = await InTurnAsync(() => BeginAsync(scenario, sink, network, flags));
        var mail = new MailToSend(network, relay?.Port ?? sink.SmtpPort, "scenario", scenario.Messages, scenario.PerMinute, scenario.Length, scenario.TimeScale);
        await Task.WhenAll(running, sender.SendAsync(mail));
        return await running;
    }

    private static async Task<SinkProcess> StartSinkAsync(NetworkNamespace? network)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_LEDGER"] = "on" };
        if (network is null)
        {
            return await SinkProcess.StartAsync(MailServers.Policy, settings);
        }

        await network.RunAsync(MailServers.Divert);
        settings["SINK_LISTEN"] = "*";
        settings["SINK_PORT"] = "2525";
        return await SinkProcess.StartAsync(MailServers.Policy, settings, network.Inside(SinkProcess.OwnCommand), network.CreateHttpClient());
    }

    // Until the scenario holds: what is sent before that is no part of its report.
    private static async Task<Task<ToolResult>> BeginAsync(Scenario scenario, SinkProcess sink, NetworkNamespace? network, IReadOnlyList<string> flags)
    {
        IReadOnlyList<string> program = [.. SinkProcess.OwnCommand, "scenario", "run", scenario.Name, "--url", $"{sink.Http}", "--time-scale", $"{scenario.TimeScale}", .. flags];
        var command = network?.Inside(program) ?? program;
        var running = Tool.RunAsync(command[0], command.Skip(1), timeout: TimeSpan.FromMinutes(15));
        using var http = network?.CreateHttpClient() ?? new HttpClient();
        while (!(await http.GetAsync(new Uri(sink.Http, "/api/v1/policy/overlay"))).IsSuccessStatusCode)
        {
            running.IsCompleted.ShouldBeFalse(running.IsCompleted ? (await running).ToString() : null);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        return running;
    }

    // Programs that all start at once would hold each other up for longer than a test waits.
    private static async Task<T> InTurnAsync<T>(Func<Task<T>> start)
    {
        await Turns.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return await start();
        }
        finally
        {
            Turns.Release();
        }
    }
}
