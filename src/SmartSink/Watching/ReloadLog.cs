using SmartSink.Policy;

namespace SmartSink.Watching;

/// <summary>What is said about reloads, ids 220 to 239.</summary>
internal static partial class ReloadLog
{
    [LoggerMessage(220, LogLevel.Information, "Policy {Hash} is in force, with {Domains} domains and patterns")]
    public static partial void Applied(this ILogger log, string hash, int domains);

    [LoggerMessage(221, LogLevel.Error, "The changed policy has {Errors} errors and is not used; policy {Hash} stays in force")]
    public static partial void Rejected(this ILogger log, int errors, string hash);

    [LoggerMessage(222, LogLevel.Information, "The policy's files were touched and say the same; policy {Hash} stays in force")]
    public static partial void Unchanged(this ILogger log, string hash);

    [LoggerMessage(223, LogLevel.Debug, "{Folder} cannot be watched and is only polled: {Reason}")]
    public static partial void NotWatched(this ILogger log, string folder, string reason);

    [LoggerMessage(224, LogLevel.Error, "Looking at the files of policy, certificates or users failed")]
    public static partial void PollFailed(this ILogger log, Exception exception);

    /// <summary>Says everything found wrong or doubtful in a policy, a line for each.</summary>
    public static void Report(this ILogger log, IEnumerable<PolicyDiagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            if (diagnostic.Severity == DiagnosticSeverity.Error)
            {
                log.PolicyError(diagnostic);
            }
            else
            {
                log.PolicyWarning(diagnostic);
            }
        }
    }

    [LoggerMessage(225, LogLevel.Error, "{Diagnostic}")]
    private static partial void PolicyError(this ILogger log, PolicyDiagnostic diagnostic);

    [LoggerMessage(226, LogLevel.Warning, "{Diagnostic}")]
    private static partial void PolicyWarning(this ILogger log, PolicyDiagnostic diagnostic);
}
