using SmartSink.Connections;
using SmartSink.Ledger.Rules;
using SmartSink.Policy.Files;
using SmartSink.Settings;

namespace SmartSink.Reports;

/// <summary>What the rules of the report card go by: report.toml as it is when a report is asked for.</summary>
/// <param name="settings">Name the files.</param>
/// <param name="clock">For the time of day of what was seen.</param>
/// <param name="log">Told of mistakes in the file, each time that they are others.</param>
internal sealed partial class ReportContexts(SinkSettings settings, TimeProvider clock, ILogger<ReportContexts> log)
{
    private volatile string _told = string.Empty;

    /// <summary>Makes one; null when the file has mistakes.</summary>
    /// <param name="classified">What the sender's own log says; null for none.</param>
    /// <param name="mistakes">A line for each: <c>report.toml(3,1): error: …</c>.</param>
    public RuleContext? TryMake(IReadOnlyList<ClassifiedRecipient>? classified, out IReadOnlyList<string> mistakes)
    {
        var (rules, diagnostics) = ReportFile.Read(settings.ReportFile ?? FileBeside(settings.PolicyFile));
        mistakes = [.. diagnostics.Select(diagnostic => diagnostic.ToString())];
        Tell(mistakes);
        if (rules is null)
        {
            return null;
        }

        var now = clock.ReadMoment();
        return new RuleContext(rules, at => now.Utc.AddMilliseconds(at - now.Milliseconds), classified);
    }

    private static string FileBeside(string policyFile)
    {
        var file = Path.Combine(Path.GetDirectoryName(policyFile) ?? string.Empty, ReportFile.Name);
        return !BuiltInFiles.IsBuiltIn(policyFile) && Path.Exists(file) ? file : BuiltInFiles.ReportFile;
    }

    private void Tell(IReadOnlyList<string> mistakes)
    {
        var all = string.Join('\n', mistakes);
        if (Interlocked.Exchange(ref _told, all) != all)
        {
            foreach (var mistake in mistakes)
            {
                Mistake(log, mistake);
            }
        }
    }

    [LoggerMessage(270, LogLevel.Error, "No report card can be generated: {Mistake}")]
    private static partial void Mistake(ILogger log, string mistake);
}
