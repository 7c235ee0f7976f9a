using SmartSink.Policy;
using SmartSink.Policy.Files;
using SmartSink.Settings;
using SmartSink.Watching;

namespace SmartSink.Hosting;

/// <summary>Reads the policy, and says what becomes of its changes.</summary>
/// <param name="settings">Name the policy's main file, and the rates that go over its own.</param>
/// <param name="clock">For the time of the reading.</param>
/// <param name="log">Told of every reload.</param>
internal sealed partial class PolicySource(SinkSettings settings, TimeProvider clock, ILogger<PolicySource> log) : IReloadSource<PolicySnapshot>
{
    private IReadOnlyList<PolicyDiagnostic> _diagnostics = [];
    private bool _hasFile;
    private PolicyOverlay? _overlay;

    /// <summary>
    /// Reads the policy that the settings name; when that is the default path and nothing is there, the built-in one.
    /// </summary>
    public static PolicyLoadResult Load(SinkSettings settings, TimeProvider? clock = null) =>
        Load(settings, IsMissing(settings) ? BuiltInFiles.MainFile : settings.PolicyFile, clock);

    /// <summary>Reads files that were kept.</summary>
    public static PolicyLoadResult Load(IReadOnlyList<PolicyText> kept, SinkSettings settings, TimeProvider clock) =>
        PolicyLoader.Load(kept, clock, settings.Replica, BounceOf(settings), DeferOf(settings));

    public Reading<PolicySnapshot> Read()
    {
        var startedAt = clock.GetUtcNow();

        // Once there was a file, its end is a mistake and not the wish for another policy.
        _hasFile |= !IsMissing(settings);
        var files = Load(settings, _hasFile ? settings.PolicyFile : BuiltInFiles.MainFile, clock);

        // They must be good by themselves as well: the overlay ends.
        var result = _overlay is { } overlay && files.Snapshot is { } alone ? Overlay(alone, overlay) : files;
        _diagnostics = result.Diagnostics;
        return new Reading<PolicySnapshot>(
            result.Snapshot,
            new WatchedFiles(_hasFile ? files.Files : [Path.GetFullPath(settings.PolicyFile)], files.IncludeFolders),
            startedAt,
            [.. result.Diagnostics.Select(diagnostic => diagnostic.ToString())]);
    }

    /// <summary>Lays something over what is in force, or takes it away; the files are not read for it, and if it is good each reading to come has it, too.</summary>
    /// <param name="inForce">What is in force, over which there may be another.</param>
    /// <param name="overlay">What goes over it; null for nothing.</param>
    public PolicyLoadResult Overlay(PolicySnapshot inForce, PolicyOverlay? overlay)
    {
        var result = PolicyLoader.Load(inForce.Texts, clock, settings.Replica, BounceOf(settings), DeferOf(settings), overlay);
        _overlay = result.HasErrors ? _overlay : overlay;
        return result;
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

    /// <summary>Says which policy is in force for want of a file, if that is so.</summary>
    public void TellMissing()
    {
        if (!_hasFile)
        {
            Missing(log, settings.PolicyFile);
        }
    }

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

    // A folder, a link to nowhere, or a file that may not be read is there, and its mistake is told.
    private static bool IsMissing(SinkSettings settings)
    {
        if (settings.PolicyFile != SinkSettings.DefaultPolicyFile)
        {
            return false;
        }

        try
        {
            File.GetAttributes(settings.PolicyFile);
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception is FileNotFoundException or DirectoryNotFoundException;
        }
    }

    private static PolicyLoadResult Load(SinkSettings settings, string mainFile, TimeProvider? clock) =>
        PolicyLoader.Load(mainFile, clock, settings.Replica, BounceOf(settings), DeferOf(settings));

    private static DefaultRate? BounceOf(SinkSettings settings) => settings.DefaultBouncePercent is { } percent ? new DefaultRate(percent, "SINK_DEFAULT_BOUNCE") : null;

    private static DefaultRate? DeferOf(SinkSettings settings) => settings.DefaultDeferPercent is { } percent ? new DefaultRate(percent, "SINK_DEFAULT_DEFER") : null;

    [LoggerMessage(220, LogLevel.Information, "Policy {Hash} is in force; domains and patterns: {Domains}")]
    private static partial void Applied(ILogger log, string hash, int domains);

    [LoggerMessage(229, LogLevel.Error, "The policy files have mistakes (errors: {Errors}); the sink starts with policy {Hash} instead, the last one in force, kept in {File}. Fix the files; with SINK_STRICT_START=on their errors stop the start")]
    private static partial void StartedWithKept(ILogger log, int errors, string hash, string file);

    [LoggerMessage(221, LogLevel.Error, "The changed policy was rejected (errors: {Errors}); policy {Hash} stays in force")]
    private static partial void Rejected(ILogger log, int errors, string hash);

    [LoggerMessage(222, LogLevel.Information, "The policy files were reread and have the same content as before; policy {Hash} stays in force")]
    private static partial void Unchanged(ILogger log, string hash);

    [LoggerMessage(227, LogLevel.Warning, "There is no {File}, so the built-in policy is used; to get a file to edit, run: smartsink init")]
    private static partial void Missing(ILogger log, string file);

    [LoggerMessage(225, LogLevel.Error, "{Diagnostic}")]
    private static partial void PolicyError(ILogger log, PolicyDiagnostic diagnostic);

    [LoggerMessage(226, LogLevel.Warning, "{Diagnostic}")]
    private static partial void PolicyWarning(ILogger log, PolicyDiagnostic diagnostic);
}
