using SmartSink.Policy;

namespace SmartSink.Reloading;

/// <summary>
/// Keeps the policy in step with its files: looks at them twice a second, sooner when the system reports an event, and reads them once
/// two looks in a row saw the same, so that a file that is still being written is not taken for a finished one.
/// </summary>
internal sealed class PolicyReloader : IDisposable
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>From a look that saw a change, or from an event, to the next look.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);

    /// <summary>Files untouched for this long before they were read cannot have changed unseen, however coarse their times are.</summary>
    private static readonly TimeSpan CoarsestFileTime = TimeSpan.FromSeconds(2);

    private readonly string _mainFile;
    private readonly PolicyHolder _holder;
    private readonly TimeProvider _clock;
    private readonly ILogger<PolicyReloader> _log;
    private readonly FolderWatcher _watcher;
    private readonly Lock _poll = new();
    private PolicyFiles _files;
    private string? _seen;
    private string? _pending;
    private ITimer? _timer;
    private bool _hurried;

    /// <summary>Makes one; nothing is looked at yet.</summary>
    /// <param name="mainFile">The policy's main file.</param>
    /// <param name="first">The load that the process started with.</param>
    /// <param name="holder">Where the policy in force is.</param>
    /// <param name="clock">For the time between looks.</param>
    /// <param name="log">Told of every reload.</param>
    public PolicyReloader(string mainFile, PolicyLoadResult first, PolicyHolder holder, TimeProvider clock, ILogger<PolicyReloader> log)
    {
        _mainFile = mainFile;
        _holder = holder;
        _clock = clock;
        _log = log;
        _watcher = new FolderWatcher(Hurry, log);
        _files = PolicyFiles.Of(first);
        Trust(FingerprintReader.Read(_files), first.Snapshot?.LoadedAt ?? DateTimeOffset.MinValue);
    }

    /// <summary>Begins to look.</summary>
    public void Start()
    {
        _watcher.Watch(_files.AllFolders);
        _timer = _clock.CreateTimer(_ => Tick(), null, PollInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks once.</summary>
    public PollOutcome Poll()
    {
        lock (_poll)
        {
            var fingerprint = FingerprintReader.Read(_files);
            if (fingerprint.Digest == _seen)
            {
                _pending = null;
                return PollOutcome.Same;
            }

            if (fingerprint.Digest != _pending)
            {
                _pending = fingerprint.Digest;
                return PollOutcome.Unsettled;
            }

            Reload(fingerprint);
            return PollOutcome.Read;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _watcher.Dispose();
    }

    private void Reload(FileFingerprint before)
    {
        var startedAt = _clock.GetUtcNow();
        var mistrusted = _seen is null;
        var result = PolicyLoader.Load(_mainFile, _clock);
        var files = PolicyFiles.Of(result);
        _pending = null;
        if (files.Equals(_files))
        {
            _seen = before.Digest;
        }
        else
        {
            _files = files;
            _watcher.Watch(files.AllFolders);
            Trust(FingerprintReader.Read(files), startedAt);
        }

        Take(result, mistrusted);
    }

    // The files were looked at only after they were read: what was seen is what was read only if nothing is younger than that.
    private void Trust(FileFingerprint after, DateTimeOffset readAt) =>
        _seen = after.Newest < readAt.UtcDateTime - CoarsestFileTime ? after.Digest : null;

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
            _log.Applied(snapshot.Hash, snapshot.EntryCount - 1);
            LoadGarbage.GiveBack();
        }
    }

    private void Hurry()
    {
        if (!Interlocked.Exchange(ref _hurried, true))
        {
            _timer?.Change(SettleTime, Timeout.InfiniteTimeSpan);
        }
    }

    private void Tick()
    {
        Volatile.Write(ref _hurried, false);
        var next = PollInterval;
        try
        {
            next = Poll() == PollOutcome.Unsettled ? SettleTime : PollInterval;
        }
#pragma warning disable CA1031 // Whatever goes wrong here must end neither the process nor the looking.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _log.PollFailed(exception);
        }

        _timer?.Change(next, Timeout.InfiniteTimeSpan);
    }
}
