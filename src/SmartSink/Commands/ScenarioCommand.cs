using System.CommandLine;
using System.Globalization;
using SmartSink.Hosting;
using SmartSink.Http.Api;
using SmartSink.Ledger.Report;
using SmartSink.Policy;
using SmartSink.Scenarios;
using SmartSink.Settings;
using SmartSink.Shared;
using Spectre.Console;

namespace SmartSink.Commands;

/// <summary><c>smartsink scenario</c>: tries a sender on a running sink.</summary>
internal static class ScenarioCommand
{
    private const double SlowestScale = 0.001, FastestScale = 100_000;

    private static readonly SettingOptions Options = new(SettingCatalog.All.Where(setting => setting.Key == "Data"));

    public static Command Create() => new("scenario", "Test a sender on a running sink: outages, limits and faults over some minutes, and the rules it must pass")
    {
        CreateList(),
        CreateRun(),
    };

    private static Command CreateList()
    {
        var command = new Command("list", "List the scenarios: those in the folder scenarios next to the policy, and the built-in ones");
        Options.AddTo(command);
        command.SetAction(line =>
        {
            var output = line.InvocationConfiguration.Output;
            foreach (var (name, file) in ScenarioFiles.All(MainFile(line)))
            {
                var (scenario, diagnostics) = ScenarioReader.Read(file, ScenarioFiles.TryRead(file) ?? []);
                output.WriteLine(scenario is null ? $"{OneLine.Escape(name)}: {diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}\n" : Describe(name, scenario));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateRun()
    {
        var name = new Argument<string>("NAME") { Description = "Name of a scenario, or a file with one" };
        var scale = new Option<double?>("--time-scale")
        {
            HelpName = "n",
            Description = "How many seconds of the provider's time pass in one real second; the scenario's own value unless given",
            CustomParser = given =>
            {
                if (double.TryParse(given.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= SlowestScale and <= FastestScale)
                {
                    return number;
                }

                given.AddError(string.Create(CultureInfo.InvariantCulture, $"--time-scale: not a number from {SlowestScale} to {FastestScale}"));
                return null;
            },
        };
        var client = new Option<string?>("--client") { HelpName = "network", Description = "Only senders with this address or in this network" };
        var place = new Option<string?>("--output") { HelpName = "file", Description = "File to write the report to; standard output unless given" };
        var (failOn, format, url, token) = (ReportCommand.FailOn(), ReportCommand.Format(), CommandLine.Url(), OverrideCommand.Token());
        failOn.Description = "Rules that must pass instead of the scenario's own, separated by commas; docs/report-card.md lists them";
        var command = new Command("run", "Run a scenario and print the sender's report card; exits with 1 if a rule that must pass failed or was not seen")
        {
            name, scale, failOn, format, place, client, url, token,
        };
        Options.AddTo(command);
        command.SetAction(async (line, cancellation) =>
        {
            var (scenario, output, error) = (Find(line.GetRequiredValue(name), MainFile(line)), line.InvocationConfiguration.Output, line.InvocationConfiguration.Error);
            using var stop = new WatchCommand.StopSignal(cancellation);
            using var api = new RunningApi(line.GetValue(url)!, OverrideCommand.TokenIn(line, token), CancellationToken.None);
            var isText = line.GetValue(format) == ReportFormat.Text && line.GetValue(place) is null;
            var told = isText ? output : error;
            var run = new ScenarioRun(scenario, line.GetValue(scale) ?? scenario.TimeScale, api, TimeProvider.System, told);
            if (await run.RunAsync(line.GetValue(client), stop.Token) is not { } card)
            {
                await error.WriteLineAsync("scenario: stopped early; its changes were removed");
                return ExitCodes.Failure;
            }

            await ReportCommand.WriteAsync(card, line.GetValue(format), line.GetValue(place), output);
            return Conclude(scenario.Name, card, line.GetValue(failOn) is { Length: > 0 } rules ? rules : scenario.MustPass, told);
        });
        return command;
    }

    /// <summary>Says for each rule that must pass what came of it. One that was not seen has failed, too: the test has tested nothing of it.</summary>
    /// <returns>0 when all have passed, or warn at most.</returns>
    public static int Conclude(string name, ReportCard card, IReadOnlyCollection<string> mustPass, TextWriter output)
    {
        var failed = new List<string>();
        foreach (var required in mustPass)
        {
            var seen = card.Senders.SelectMany(sender => sender.Rules.Where(rule => rule.Rule == required).Select(rule => (Sender: sender, Rule: rule))).ToList();
            var (sender, worst) = seen.OrderByDescending(pair => pair.Rule.Verdict).FirstOrDefault();
            if (worst is null || worst.Verdict is Verdict.Fail or Verdict.NotSeen)
            {
                failed.Add(required);
            }

            output.WriteLine(OneLine.Escape(worst switch
            {
                null => $"FAIL  {required}: no sender came",
                { Verdict: Verdict.NotSeen } => $"FAIL  {required}: not seen, so it was not tested: {worst.Finding}",
                _ => $"{(worst.Verdict == Verdict.Fail ? "FAIL" : ReportFormats.WordOf(worst.Verdict))}  {required}: {worst.Finding}{(card.Senders.Count > 1 ? $" ({ReportFormats.NameOf(sender)})" : string.Empty)}",
            }));
        }

        output.WriteLine(failed.Count == 0 ? $"{name}: passed" : $"{name}: failed {string.Join(", ", failed)}");
        return failed.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static string MainFile(ParseResult line) => CommandLine.Settings(line, Options).Settings!.PolicyFile;

    private static Scenario Find(string name, string mainFile)
    {
        if (ScenarioFiles.Find(name, mainFile) is not { } file)
        {
            var known = ScenarioFiles.All(mainFile).Keys;
            throw new StartException(ExitCodes.Usage, [OneLine.Escape($"NAME: there is no scenario \"{name}\"{Suggestion.Of(name, known)}; known are {string.Join(", ", known)}")]);
        }

        try
        {
            var (scenario, diagnostics) = ScenarioReader.Read(file, ScenarioFiles.Read(file));
            return scenario ?? throw new StartException(ExitCodes.Usage, [.. diagnostics.Select(diagnostic => diagnostic.ToString())]);
        }
        catch (FileException exception)
        {
            throw new StartException(ExitCodes.Usage, [OneLine.Escape($"NAME: {file} cannot be read: {exception.Message}")], exception);
        }
    }

    private static string Describe(string name, Scenario scenario) =>
        $"{OneLine.Escape(name)}: {ScenarioRun.LengthOf(scenario, scenario.TimeScale)}; must pass {string.Join(", ", scenario.MustPass)}\n  {string.Join("\n  ", scenario.About.Split('\n').Select(line => OneLine.Escape(line)))}\n";
}

/// <summary>One scenario on a running sink. What it puts there it takes back, however it ends; were it killed, all would end by itself.</summary>
/// <param name="scenario">What is done.</param>
/// <param name="timeScale">How many seconds of the provider's time pass in one.</param>
/// <param name="api">The sink; its calls are not given up halfway, so that it is known what came of them.</param>
/// <param name="clock">Tells when it is time.</param>
/// <param name="output">Is told what happens.</param>
internal sealed class ScenarioRun(Scenario scenario, double timeScale, RunningApi api, TimeProvider clock, TextWriter output)
{
    // What the last questions may take.
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24) - Reserve;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly List<string> _overrides = [];
    private OverlayReport? _overlay;

    /// <summary>How long a scenario takes, in words.</summary>
    public static string LengthOf(Scenario scenario, double timeScale) =>
        string.Create(CultureInfo.InvariantCulture, $"{Times.Write(scenario.Length)} of the provider's time, {TimeSpan.FromSeconds(Math.Ceiling(scenario.Length.TotalSeconds / timeScale)):h\\:mm\\:ss} here");

    /// <summary>Runs it to its end.</summary>
    /// <param name="client">Whom the report is about; null for everybody.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>The report; null when it was stopped.</returns>
    public async Task<ReportCard?> RunAsync(string? client, CancellationToken stop)
    {
        if (Real(scenario.Length) > Longest)
        {
            throw new StartException(ExitCodes.Usage, [$"--time-scale: the scenario would take longer than a day: {LengthOf(scenario, timeScale)}"]);
        }

        try
        {
            await ReportCommand.SwitchLedgerAsync(api, on: true);
            _overlay = await api.PostAsync(
                OverlayApi.Path[1..],
                new OverlayText { Name = scenario.Name, Policy = scenario.PolicyText(timeScale), TlsFaults = scenario.TlsFaults, For = Text(Real(scenario.Length) + Reserve) },
                OverlayJson.Default.OverlayText,
                OverlayJson.Default.OverlayReport);
            await ReportCommand.ClearLedgerAsync(api);
            await output.WriteLineAsync($"{OneLine.Escape(scenario.Name)}: {LengthOf(scenario, timeScale)}");
            await PassAsync(stop);
            await CheckAsync();

            // While the overlay holds: its time_scale tells how long everything took.
            return await ReportCommand.AskAsync(api, [("client", client)]);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await TakeBackAsync();
        }
    }

    private async Task PassAsync(CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        if (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
            && AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }) is { Profile.Capabilities.Ansi: true } console)
        {
            await console.Progress().AutoClear(true).Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(async context =>
            {
                var bar = context.AddTask(scenario.Name, maxValue: Real(scenario.Length).TotalSeconds);
                await PassAsync(began, text => console.WriteLine(text), passed => bar.Value = passed.TotalSeconds, stop);
            });
        }
        else
        {
            await PassAsync(began, output.WriteLine, _ => { }, stop);
        }
    }

    private async Task PassAsync(long began, Action<string> tell, Action<TimeSpan> show, CancellationToken stop)
    {
        foreach (var mark in scenario.Timeline)
        {
            await WaitAsync(mark.At);
            tell(OneLine.Escape($"  {Times.Write(mark.At)}: {mark.Text}"));
            if (mark.Step is { } step)
            {
                var action = step.Override.Do;
                var atPace = step.Override with { For = Text(Real(step.Length)), Do = action with { Delay = action.Delay is { } delay ? Scenario.RealDelay(delay, timeScale) : null } };
                var added = await api.PostAsync("overrides", atPace, OverrideJson.Default.OverrideText, OverrideJson.Default.OverrideReport);
                _overrides.Add(added.Id);
            }
        }

        await WaitAsync(scenario.Length);

        async Task WaitAsync(TimeSpan at)
        {
            for (var left = Left(at); left > TimeSpan.Zero; left = Left(at))
            {
                await Task.Delay(left < Look ? left : Look, clock, stop);
                show(clock.GetElapsedTime(began));
            }

            stop.ThrowIfCancellationRequested();
        }

        TimeSpan Left(TimeSpan at) => Real(at) - clock.GetElapsedTime(began);
    }

    private async Task CheckAsync()
    {
        try
        {
            if ((await api.GetAsync(OverlayApi.Path[1..], OverlayJson.Default.OverlayReport)).BeganAt == _overlay!.BeganAt)
            {
                return;
            }
        }
        catch (StartException exception)
        {
            throw new StartException(ExitCodes.Failure, ["scenario: its overlay disappeared early, so there is no verdict: someone removed it, or the sink was restarted", .. exception.Lines], exception);
        }

        _overlay = null;
        throw new StartException(ExitCodes.Failure, ["scenario: another overlay replaced its own, so there is no verdict"]);
    }

    private async Task TakeBackAsync()
    {
        try
        {
            foreach (var id in _overrides)
            {
                await api.DeleteAsync<OverridesRemoved>($"overrides/{id}", null);
            }

            if (_overlay is not null)
            {
                await api.DeleteAsync<OverlayReport>(OverlayApi.Path[1..], null);
            }
        }
        catch (StartException exception)
        {
            await output.WriteLineAsync($"scenario: its changes could not be removed, but expire by themselves: {string.Join("; ", exception.Lines)}");
        }
    }

    private TimeSpan Real(TimeSpan time) => time / timeScale;

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(time.TotalMilliseconds))}ms");
}
