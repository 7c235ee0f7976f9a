namespace SmartSink.Watching;

/// <summary>What one look at the files came to.</summary>
internal enum WatchOutcome
{
    Same,

    /// <summary>Something has changed, perhaps only half: it is read when the next look finds it as it is now.</summary>
    Unsettled,

    /// <summary>The change was read.</summary>
    Read,
}

/// <summary>
/// Watches files: looks at them twice a second, sooner when the system reports an event, and has them read once two looks in a row saw the
/// same, so that a file that is still being written is not taken for a finished one. Nothing is looked at before the start or a first look.
/// </summary>
/// <param name="files">The files that were read already.</param>
/// <param name="readAt">When that was.</param>
/// <param name="read">
/// Reads the files anew and says which they are now. True when they are read only because the last reading may have been of half a change:
/// nothing new in them is then no reload.
/// </param>
/// <param name="clock">For the time between looks.</param>
/// <param name="log">Told what goes wrong in looking.</param>
internal sealed partial class FileWatch(WatchedFiles files, DateTimeOffset readAt, Func<bool, WatchedFiles> read, TimeProvider clock, ILogger log) : IDisposable
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>From a look that saw a change, or from an event, to the next look.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the end waits for a look that is under way: a file server that does not answer must not keep the process from ending.</summary>
    public static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly Lock _look = new();
    private WatchedFiles _files = files;
    private FileObserver? _observer;
    private int? _seen;
    private int? _pending;
    private ITimer? _timer;
    private bool _hurried;
    private volatile bool _isOver;

    /// <summary>Begins to look.</summary>
    public void Start()
    {
        lock (_look)
        {
            Begin();
            WatchFolders();
        }

        _timer = clock.CreateTimer(_ => Tick(), null, Interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks once.</summary>
    public WatchOutcome Look()
    {
        lock (_look)
        {
            if (_isOver)
            {
                return WatchOutcome.Same;
            }

            var state = Begin().Look();
            if (state == _seen)
            {
                _pending = null;
                return WatchOutcome.Same;
            }

            if (state != _pending)
            {
                _pending = state;
                return WatchOutcome.Unsettled;
            }

            Reread(state);
            return WatchOutcome.Read;
        }
    }

    /// <summary>Looks no more. A look that is under way is waited for, but not without end: a file server may never answer.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _isOver = true;
        if (_look.TryEnter(DisposeTimeout))
        {
            try
            {
                foreach (var watcher in _watchers.Values)
                {
                    watcher.Dispose();
                }

                _watchers.Clear();
            }
            finally
            {
                _look.Exit();
            }
        }
    }

    private FileObserver Begin() => _observer ?? Observe(readAt);

    private void Reread(int before)
    {
        var startedAt = clock.GetUtcNow();
        var now = read(_seen is null);
        _pending = null;
        if (now.Equals(_files))
        {
            _seen = before;
        }
        else
        {
            _files = now;
            WatchFolders();
            Observe(startedAt);
        }
    }

    // The files are looked at only after they were read: what is seen is what was read only if nothing is younger than that.
    private FileObserver Observe(DateTimeOffset lastRead)
    {
        _observer = new FileObserver(_files, clock);
        var state = _observer.Look();
        _seen = _files.LastWrite() < lastRead.UtcDateTime - FileObserver.CoarsestFileTime ? state : null;
        return _observer;
    }

    // Events are only a hint to look sooner: they may be lost, and more may come than matter. A folder that cannot be watched is still looked at.
    private void WatchFolders()
    {
        var wanted = _files.AllFolders.ToHashSet(StringComparer.Ordinal);
        foreach (var folder in _watchers.Keys.Except(wanted).ToList())
        {
            _watchers.Remove(folder, out var watcher);
            watcher!.Dispose();
        }

        foreach (var folder in wanted.Where(folder => !_watchers.ContainsKey(folder) && Directory.Exists(folder)))
        {
            try
            {
                _watchers.Add(folder, Watch(folder));
            }
            catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
            {
                NotWatched(log, folder, exception.Message);
            }
        }
    }

    private FileSystemWatcher Watch(string folder)
    {
        var watcher = new FileSystemWatcher(folder)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        watcher.Changed += (_, _) => Hurry();
        watcher.Created += (_, _) => Hurry();
        watcher.Deleted += (_, _) => Hurry();
        watcher.Renamed += (_, _) => Hurry();
        watcher.Error += (_, _) => Hurry();
        watcher.EnableRaisingEvents = true;
        return watcher;
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
        var next = Interval;
        try
        {
            next = Look() == WatchOutcome.Unsettled ? SettleTime : Interval;
        }
#pragma warning disable CA1031 // Whatever goes wrong here must end neither the process nor the looking.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LookFailed(log, exception);
        }

        _timer?.Change(next, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(223, LogLevel.Debug, "Cannot watch {Folder} for events, checking it twice a second instead: {Reason}")]
    private static partial void NotWatched(ILogger log, string folder, string reason);

    [LoggerMessage(224, LogLevel.Error, "Checking the policy, certificate and user files for changes failed; it is tried again")]
    private static partial void LookFailed(ILogger log, Exception exception);
}
