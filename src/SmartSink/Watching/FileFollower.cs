namespace SmartSink.Watching;

/// <summary>
/// Follows files: looks at them twice a second, sooner when the system reports an event, and has them read once two looks in a row saw the
/// same, so that a file that is still being written is not taken for a finished one.
/// </summary>
internal abstract class FileFollower : IDisposable
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>From a look that saw a change, or from an event, to the next look.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly FolderWatcher _watcher;
    private readonly Lock _poll = new();
    private WatchedFiles _files;
    private FileObserver _observer;
    private int? _seen;
    private int? _pending;
    private ITimer? _timer;
    private bool _hurried;
    private bool _isOver;

    /// <summary>Makes one; beyond a first look at the files nothing happens yet.</summary>
    /// <param name="files">The files that were read already.</param>
    /// <param name="readAt">When that was.</param>
    /// <param name="clock">For the time between looks.</param>
    /// <param name="log">Told what goes wrong in looking.</param>
    protected FileFollower(WatchedFiles files, DateTimeOffset readAt, TimeProvider clock, ILogger log)
    {
        _files = files;
        _clock = clock;
        _log = log;
        _watcher = new FolderWatcher(Hurry, log);
        _observer = new FileObserver(files, clock);
        Trust(readAt);
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
            if (_isOver)
            {
                return PollOutcome.Same;
            }

            var state = _observer.Look();
            if (state == _seen)
            {
                _pending = null;
                return PollOutcome.Same;
            }

            if (state != _pending)
            {
                _pending = state;
                return PollOutcome.Unsettled;
            }

            Reread(state);
            return PollOutcome.Read;
        }
    }

    /// <summary>Looks no more, once a look that is under way has come to its end.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        lock (_poll)
        {
            _isOver = true;
            _watcher.Dispose();
        }
    }

    /// <summary>Reads the files anew and says which they are now.</summary>
    /// <param name="mistrusted">
    /// Whether they are read only because the last reading may have been of half a change: nothing new in them is then no reload.
    /// </param>
    protected abstract WatchedFiles Read(bool mistrusted);

    private void Reread(int before)
    {
        var startedAt = _clock.GetUtcNow();
        var files = Read(mistrusted: _seen is null);
        _pending = null;
        if (files.Equals(_files))
        {
            _seen = before;
        }
        else
        {
            _files = files;
            _watcher.Watch(files.AllFolders);
            _observer = new FileObserver(files, _clock);
            Trust(startedAt);
        }
    }

    // The files are looked at only after they were read: what is seen is what was read only if nothing is younger than that.
    private void Trust(DateTimeOffset readAt)
    {
        var state = _observer.Look();
        _seen = _files.LastWrite() < readAt.UtcDateTime - FileObserver.CoarsestFileTime ? state : null;
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
