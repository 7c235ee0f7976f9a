using SmartSink.Policy;
using SmartSink.Smtp.Server;
using SmartSink.Watching;

namespace SmartSink.Hosting;

/// <summary>Reads the policy, and says what becomes of its changes.</summary>
/// <param name="mainFile">The policy's main file.</param>
/// <param name="clock">For the time of the reading.</param>
/// <param name="log">Told of every reload.</param>
/// <param name="replica">Whose seeded draws; null for the only sink's.</param>
internal sealed partial class PolicySource(string mainFile, TimeProvider clock, ILogger<PolicySource> log, string? replica = null) : IReloadSource<PolicySnapshot>
{
    private IReadOnlyList<PolicyDiagnostic> _diagnostics = [];

    public Reading<PolicySnapshot> Read()
    {
        var startedAt = clock.GetUtcNow();
        var result = PolicyLoader.Load(mainFile, clock, replica);
        _diagnostics = result.Diagnostics;
        return new Reading<PolicySnapshot>(
            result.Snapshot, new WatchedFiles(result.Files, result.IncludeFolders), startedAt, [.. result.Diagnostics.Select(diagnostic => diagnostic.ToString())]);
    }

    public bool AreSame(PolicySnapshot first, PolicySnapshot second) => first.Hash == second.Hash;

    public string? LossBetween(PolicySnapshot first, PolicySnapshot second) => second.Size.LossFrom(first.Size);

    public void TellApplied(Reading<PolicySnapshot> reading)
    {
        TellDiagnostics();
        Applied(log, reading.Value!.Hash, reading.Value.DomainCount);
    }

    public void TellRejected(Reading<PolicySnapshot> reading, PolicySnapshot inForce)
    {
        TellDiagnostics();
        Rejected(log, _diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), inForce.Hash);
    }

    /// <summary>Says that the start goes on with what was kept.</summary>
    public void TellKept(PolicySnapshot kept, string file)
    {
        TellDiagnostics();
        StartedWithKept(log, _diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), kept.Hash, file);
    }

    public void TellUnchanged(PolicySnapshot inForce) => Unchanged(log, inForce.Hash);

    /// <summary>Says everything that was found wrong or doubtful in the last reading, a line for each.</summary>
    public void TellDiagnostics()
    {
        foreach (var diagnostic in _diagnostics)
        {
            if (diagnostic.Severity == DiagnosticSeverity.Error)
            {
                PolicyError(log, diagnostic);
            }
            else
            {
                PolicyWarning(log, diagnostic);
            }
        }
    }

    [LoggerMessage(220, LogLevel.Information, "Policy {Hash} is in force; domains and patterns: {Domains}")]
    private static partial void Applied(ILogger log, string hash, int domains);

    [LoggerMessage(229, LogLevel.Error, "The policy files have {Errors} errors; the sink starts with policy {Hash} instead, the last that was in force, kept in {File}. Mend the files; with SINK_STRICT_START=on their errors stop the start")]
    private static partial void StartedWithKept(ILogger log, int errors, string hash, string file);

    [LoggerMessage(221, LogLevel.Error, "The changed policy was rejected (errors: {Errors}); policy {Hash} stays in force")]
    private static partial void Rejected(ILogger log, int errors, string hash);

    [LoggerMessage(222, LogLevel.Information, "The policy files were read anew and say the same as before; policy {Hash} stays in force")]
    private static partial void Unchanged(ILogger log, string hash);

    [LoggerMessage(225, LogLevel.Error, "{Diagnostic}")]
    private static partial void PolicyError(ILogger log, PolicyDiagnostic diagnostic);

    [LoggerMessage(226, LogLevel.Warning, "{Diagnostic}")]
    private static partial void PolicyWarning(ILogger log, PolicyDiagnostic diagnostic);
}

/// <summary>The policy in force, as sessions ask for it.</summary>
internal sealed class PolicyFilters(Reloader<PolicySnapshot> policy) : IMailboxFilterSource
{
    public IMailboxFilter Current => policy.Current;
}
