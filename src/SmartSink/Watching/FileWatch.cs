using SmartSink.Shared;

namespace SmartSink.Watching;

/// <summary>What one look at the files came to.</summary>
internal enum WatchOutcome
{
    Same,

    /// <summary>Something has changed, perhaps only half: it is read when it is as it is now for long enough.</summary>
    Unsettled,

    /// <summary>The change was read.</summary>
    Read,
}

/// <summary>Why files are read, and what may come of it.</summary>
/// <param name="IsMistrusted">They are read only because the last reading may have been of half a change: nothing new in them is then no reload.</param>
/// <param name="MayWait">They may be in the middle of being written: what they seem to have lost is not believed yet.</param>
internal readonly record struct ReadRequest(bool IsMistrusted, bool MayWait);

/// <summary>
/// Watches files: looks at them twice a second, and has them read once two looks in a row saw the same and nobody has them open for writing. What
/// is doubtful then is read once more when they have been quiet for two seconds. Nothing is looked at before the start or a first look.
/// </summary>
/// <param name="files">The files that were read already.</param>
/// <param name="readAt">When that was.</param>
/// <param name="read">Reads the files anew and says which they are now; null for those that are doubtful, which the request must allow.</param>
/// <param name="clock">For the time between looks.</param>
/// <param name="log">Told what goes wrong in looking.</param>
internal sealed partial class FileWatch(WatchedFiles files, DateTimeOffset readAt, Func<ReadRequest, WatchedFiles?> read, TimeProvider clock, ILogger log) : IDisposable
{
    /// <summary>From one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>From a look that saw a change to the next look.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);

    /// <summary>How long files must have been as they are until what is doubtful in them is believed.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2);

    /// <summary>The longest that a writer who has a file open and writes nothing is waited for.</summary>
    public static readonly TimeSpan WriterTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long the end waits for a look that is under way: a file server that does not answer must not keep the process from ending.</summary>
    public static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(2);

    private readonly OpenWriters _writers = new();
    private readonly Lock _look = new();
    private WatchedFiles _files = files;
    private FileObserver? _observer;
    private int? _seen;
    private int? _pending;
    private long _pendingSince;
    private bool _isDoubtful;
    private ITimer? _timer;
    private volatile bool _isOver;

    /// <summary>Begins to look.</summary>
    public void Start()
    {
        lock (_look)
        {
            Begin();
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
            TellUnlinked();
            if (state == _seen)
            {
                _pending = null;
                return WatchOutcome.Same;
            }

            var now = clock.GetTimestamp();
            if (state != _pending)
            {
                (_pending, _pendingSince, _isDoubtful) = (state, now, false);
                _writers.Follow(_files.Files);
                return WatchOutcome.Unsettled;
            }

            var quiet = clock.GetElapsedTime(_pendingSince, now);
            if (quiet < (_writers.Any() ? WriterTimeout : _isDoubtful ? QuietTime : TimeSpan.Zero))
            {
                return WatchOutcome.Unsettled;
            }

            _isDoubtful = !TryRead(state, new ReadRequest(IsMistrusted: _seen is null, MayWait: quiet < QuietTime));
            return _isDoubtful ? WatchOutcome.Unsettled : WatchOutcome.Read;
        }
    }

    /// <summary>Has the files read now, whatever they look like.</summary>
    /// <returns>False when a look under way does not come to its end, and after the end.</returns>
    public bool ReadNow()
    {
        if (!_look.TryEnter(DisposeTimeout))
        {
            return false;
        }

        try
        {
            return !_isOver && TryRead(Begin().Look(), default);
        }
        finally
        {
            _look.Exit();
        }
    }

    /// <summary>Looks no more. A look that is under way is waited for, but not without end.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _isOver = true;
        if (_look.TryEnter(DisposeTimeout))
        {
            _writers.Dispose();
            _look.Exit();
        }
    }

    private FileObserver Begin() => _observer ?? Observe(readAt);

    private bool TryRead(int before, ReadRequest request)
    {
        var startedAt = clock.GetUtcNow();
        if (read(request) is not { } now)
        {
            return false;
        }

        _pending = null;
        if (now.Equals(_files))
        {
            _seen = before;
        }
        else
        {
            _files = now;
            Observe(startedAt);
        }

        return true;
    }

    // The files are looked at only after they were read: what is seen is what was read only if nothing is younger than that.
    private FileObserver Observe(DateTimeOffset lastRead)
    {
        _writers.Follow(_files.Files);
        _observer = new FileObserver(_files, clock);
        var state = _observer.Look();
        _seen = _files.LastWrite() < lastRead.UtcDateTime - FileObserver.CoarsestFileTime ? state : null;
        return _observer;
    }

    private void TellUnlinked()
    {
        foreach (var file in _observer!.TakeUnlinked())
        {
            Unlinked(log, file);
        }
    }

    private void Tick()
    {
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

    [LoggerMessage(223, LogLevel.Warning, "{File} was replaced or deleted, but the old file is still visible here, as happens when a single file is mounted into a container: changes no longer arrive. Mount its folder instead of the file, and restart")]
    private static partial void Unlinked(ILogger log, string file);

    [LoggerMessage(224, LogLevel.Error, "Checking the policy, certificate and user files for changes failed; trying again")]
    private static partial void LookFailed(ILogger log, Exception exception);
}

/// <summary>The files and folders on which something depends: a change in one of them asks for a new look.</summary>
/// <param name="Files">Absolute paths of the files that were read or tried.</param>
/// <param name="Folders">Absolute paths of the folders whose listing decided what was read.</param>
internal sealed record WatchedFiles(IReadOnlyList<string> Files, IReadOnlyList<string> Folders)
{
    /// <summary>Nothing to watch.</summary>
    public static WatchedFiles None { get; } = new([], []);

    /// <summary>Every folder in which a change may show, each once.</summary>
    public IEnumerable<string> AllFolders => Files.Select(file => Path.GetDirectoryName(file)!).Concat(Folders).Distinct(StringComparer.Ordinal);

    /// <summary>When the youngest of them, or of the folders that they are in, was written to.</summary>
    public DateTime LastWrite() => DateTime.UnixEpoch.AddTicks(
        Files.Concat(AllFolders).Max(path => FileStamp.Of(path).Modified) / TimeSpan.NanosecondsPerTick);

    /// <summary>Whether both name the same paths.</summary>
    public bool Equals(WatchedFiles? other) => other is not null && Files.SequenceEqual(other.Files) && Folders.SequenceEqual(other.Folders);

    public override int GetHashCode() => HashCode.Combine(Files.Count, Folders.Count);
}
