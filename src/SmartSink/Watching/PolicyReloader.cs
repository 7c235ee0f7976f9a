using SmartSink.Policy;

namespace SmartSink.Watching;

/// <summary>Keeps the policy in step with its files.</summary>
internal sealed class PolicyReloader : FileFollower
{
    private readonly string _mainFile;
    private readonly PolicyHolder _holder;
    private readonly TimeProvider _clock;
    private readonly ILogger<PolicyReloader> _log;

    /// <summary>Makes one; nothing is looked at yet.</summary>
    /// <param name="mainFile">The policy's main file.</param>
    /// <param name="first">The load that the process started with.</param>
    /// <param name="holder">Where the policy of that load is in force.</param>
    /// <param name="clock">For the time between looks.</param>
    /// <param name="log">Told of every reload.</param>
    public PolicyReloader(string mainFile, PolicyLoadResult first, PolicyHolder holder, TimeProvider clock, ILogger<PolicyReloader> log)
        : base(FilesOf(first), holder.Snapshot.LoadedAt, clock, log)
    {
        _mainFile = mainFile;
        _holder = holder;
        _clock = clock;
        _log = log;
    }

    /// <inheritdoc/>
    protected override WatchedFiles Read(bool mistrusted)
    {
        var result = PolicyLoader.Load(_mainFile, _clock);
        Take(result, mistrusted);
        return FilesOf(result);
    }

    private static WatchedFiles FilesOf(PolicyLoadResult result) => new(result.Files, result.IncludeFolders);

    // A second reading for mistrust alone that finds nothing new is no reload.
    private void Take(PolicyLoadResult result, bool mistrusted)
    {
        var now = _clock.GetUtcNow();
        if (result.Snapshot is not { } snapshot)
        {
            if (mistrusted && _holder.LastReload is { Result: ReloadResult.Rejected } last && last.Diagnostics.SequenceEqual(result.Diagnostics))
            {
                return;
            }

            _log.Report(result.Diagnostics);
            _log.Rejected(result.Diagnostics.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), _holder.Snapshot.Hash);
            _holder.Keep(new ReloadReport(ReloadResult.Rejected, now, result.Diagnostics));
        }
        else if (snapshot.Hash == _holder.Snapshot.Hash)
        {
            if (mistrusted && _holder.LastReload?.Result != ReloadResult.Rejected)
            {
                return;
            }

            _log.Unchanged(snapshot.Hash);
            _holder.Keep(new ReloadReport(ReloadResult.Unchanged, now, result.Diagnostics));
        }
        else
        {
            _log.Report(result.Diagnostics);
            _holder.Apply(snapshot, new ReloadReport(ReloadResult.Applied, now, result.Diagnostics));
            _log.Applied(snapshot.Hash, snapshot.DomainCount);
        }
    }
}
