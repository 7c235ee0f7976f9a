using SmartSink.Hosting;
using SmartSink.Policy;
using SmartSink.Reports;
using SmartSink.Scenarios;
using SmartSink.Shared;

namespace SmartSink.Commands;

/// <summary><c>smartsink check</c>: shows everything that is wrong with policy files, and with the rules of the report card.</summary>
internal static class CheckCommand
{
    /// <summary>Diagnostics go to <paramref name="error"/>, what was found good and the sum to <paramref name="output"/>.</summary>
    public static int Run(IReadOnlyList<string> files, TextWriter output, TextWriter error)
    {
        var errors = 0;
        var warnings = 0;
        foreach (var file in files)
        {
            var (good, diagnostics) = Check(file);
            foreach (var diagnostic in diagnostics)
            {
                error.WriteLine(diagnostic);
            }

            errors += diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            warnings += diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning);
            if (good is not null)
            {
                output.WriteLine($"{file}: {good}");
            }
        }

        var (one, many) = files.Any(file => ReportFile.IsMeantBy(file) || IsScenario(file)) ? ("file", "files") : ("policy", "policies");
        output.WriteLine($"{Count(files.Count, one, many)} checked: {Count(errors, "error", "errors")}, {Count(warnings, "warning", "warnings")}");
        return errors > 0 ? ExitCodes.Failure : ExitCodes.Success;
    }

    // What a file is, if it is without a mistake.
    private static (string? Good, IReadOnlyList<PolicyDiagnostic> Diagnostics) Check(string file)
    {
        if (ReportFile.IsMeantBy(file))
        {
            var (rules, diagnostics) = ReportFile.Read(file);
            return (rules is null ? null : "rules of the report card", diagnostics);
        }

        if (IsScenario(file))
        {
            var (scenario, found) = ScenarioReader.Read(file, ScenarioFiles.Read(file));
            return (scenario is null ? null : $"scenario {OneLine.Escape(scenario.Name)}, {Count(scenario.MustPass.Count, "rule", "rules")} to pass", found);
        }

        var result = PolicyLoader.Load(file);
        return (result.Snapshot is { } snapshot ? $"policy {snapshot.Hash}, {Count(snapshot.DomainCount, "domain or pattern", "domains and patterns")}" : null, result.Diagnostics);
    }

    private static bool IsScenario(string file) => ScenarioFiles.TryRead(file) is { } content && ScenarioReader.IsMeantBy(content);

    private static string Count(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
