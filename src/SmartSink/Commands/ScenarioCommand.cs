using System.CommandLine;
using System.Globalization;
using SmartSink.Hosting;
using SmartSink.Policy;
using SmartSink.Scenarios;
using SmartSink.Settings;
using SmartSink.Shared;

namespace SmartSink.Commands;

/// <summary><c>smartsink scenario</c>: which scenarios there are.</summary>
internal static class ScenarioCommand
{
    private static readonly SettingOptions Options = new(SettingCatalog.All.Where(setting => setting.Key == "Data"));

    public static Command Create()
    {
        var command = new Command("scenario", "Try a sender on a running sink by scenarios: outages, limits and faults over some minutes, and the rules that it must pass")
        {
            CreateList(),
        };
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "List the scenarios: those in the folder scenarios beside the policy, and the built-in ones");
        Options.AddTo(command);
        command.SetAction(line =>
        {
            var output = line.InvocationConfiguration.Output;
            foreach (var (name, file) in ScenarioFiles.All(CommandLine.Settings(line, Options).Settings!.PolicyFile))
            {
                var (scenario, diagnostics) = ScenarioReader.Read(file, ScenarioFiles.Read(file));
                output.WriteLine(scenario is null ? $"{name}: {diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}" : Describe(name, scenario));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static string Describe(string name, Scenario scenario) =>
        $"{OneLine.Escape(name)}: {LengthOf(scenario, scenario.TimeScale)}; must pass {string.Join(", ", scenario.MustPass)}\n  {string.Join("\n  ", scenario.About.Split('\n').Select(line => OneLine.Escape(line)))}\n";

    private static string LengthOf(Scenario scenario, double timeScale) =>
        string.Create(CultureInfo.InvariantCulture, $"{Times.Write(scenario.Length)} of the provider's time, {TimeSpan.FromSeconds(Math.Ceiling(scenario.Length.TotalSeconds / timeScale)):m\\:ss} min here");
}
