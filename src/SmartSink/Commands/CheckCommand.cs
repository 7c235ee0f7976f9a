using SmartSink.Hosting;
using SmartSink.Policy;

namespace SmartSink.Commands;

/// <summary><c>smartsink check</c>: shows everything that is wrong with policy files.</summary>
internal static class CheckCommand
{
    /// <summary>Diagnostics go to <paramref name="error"/>, what was found good and the sum to <paramref name="output"/>.</summary>
    public static int Run(IReadOnlyList<string> files, TextWriter output, TextWriter error)
    {
        var errors = 0;
        var warnings = 0;
        foreach (var file in files)
        {
            var result = PolicyLoader.Load(file);
            foreach (var diagnostic in result.Diagnostics)
            {
                error.WriteLine(diagnostic);
            }

            errors += result.Diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            warnings += result.Diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning);
            if (result.Snapshot is { } snapshot)
            {
                output.WriteLine($"{file}: policy {snapshot.Hash}, {Count(snapshot.DomainCount, "domain or pattern", "domains and patterns")}");
            }
        }

        output.WriteLine($"{Count(files.Count, "policy", "policies")} checked: {Count(errors, "error", "errors")}, {Count(warnings, "warning", "warnings")}");
        return errors > 0 ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static string Count(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
