namespace SmartSink.Policy;

/// <summary>What came of reading a policy: a snapshot or the reasons why there is none.</summary>
public sealed class PolicyLoadResult
{
    internal PolicyLoadResult(
        PolicySnapshot? snapshot,
        IReadOnlyList<PolicyDiagnostic> diagnostics,
        IReadOnlyList<string> files,
        IReadOnlyList<string> includeFolders)
    {
        Snapshot = snapshot;
        Diagnostics = diagnostics;
        Files = files;
        IncludeFolders = includeFolders;
    }

    /// <summary>The policy, ready to decide; null when there are errors.</summary>
    public PolicySnapshot? Snapshot { get; }

    /// <summary>Every mistake and doubt found, sorted by file, line and column.</summary>
    public IReadOnlyList<PolicyDiagnostic> Diagnostics { get; }

    /// <summary>Whether a diagnostic is an error, and so <see cref="Snapshot"/> is null.</summary>
    public bool HasErrors => Snapshot is null;

    /// <summary>Absolute paths of every file that was read or tried, the main file first. A change in one of them asks for a new load.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Absolute paths of the folders whose listing decided what was included; they may not exist. A name added or removed there asks for a new load.</summary>
    public IReadOnlyList<string> IncludeFolders { get; }
}
