namespace SmartSink.Watching;

/// <summary>What became of a change of files.</summary>
internal enum ReloadResult
{
    /// <summary>What they say is in force.</summary>
    Applied,

    /// <summary>They have mistakes; what was in force stays.</summary>
    Rejected,

    /// <summary>They say what is in force already.</summary>
    Unchanged,
}

/// <summary>What became of a change, when, and everything found wrong or doubtful in the files, a line each.</summary>
internal sealed class ReloadReport(ReloadResult result, DateTimeOffset at, IReadOnlyList<string> diagnostics) : EventArgs
{
    public ReloadResult Result => result;

    public DateTimeOffset At => at;

    public IReadOnlyList<string> Diagnostics => diagnostics;
}

/// <summary>What starts with the process and follows its files to its end.</summary>
internal interface IReloader : IDisposable
{
    /// <summary>What is read, in a word for the log.</summary>
    string Name { get; }

    /// <summary>Whether the files as they are now were of no use.</summary>
    bool IsRejected { get; }

    void Start();

    /// <summary>Reads the files now, whatever they look like.</summary>
    /// <returns>What came of it; null without files, or when a reading under way does not come to its end.</returns>
    ReloadReport? Reload();
}

/// <summary>All that was read from files and follows them.</summary>
internal sealed partial class Reloaders(IEnumerable<IReloader> reloaders, ILogger<Reloaders> log)
{
    private readonly IReloader[] _reloaders = [.. reloaders];

    /// <summary>Has all files read now, and logs what came of it.</summary>
    /// <returns>By the reloader's name; null as <see cref="IReloader.Reload"/> gives it.</returns>
    public IReadOnlyList<(string Name, ReloadReport? Report)> ReadAll()
    {
        var read = _reloaders.Select(reloader => (reloader.Name, Report: reloader.Reload())).ToList();
        FilesReadAnew(log, string.Join(", ", read.Where(done => done.Report is not null).Select(done => $"{done.Name} {done.Report!.Result.ToString().ToLowerInvariant()}")));
        return read;
    }

    [LoggerMessage(204, LogLevel.Information, "Reread all files: {Results}")]
    private static partial void FilesReadAnew(ILogger log, string results);
}

/// <summary>
/// Holds what was read from files and is in force, and keeps it in step with them: a change is taken whole or not at all. It is read
/// without a lock.
/// </summary>
/// <typeparam name="T">What is read, as one.</typeparam>
internal sealed partial class Reloader<T> : IReloader
    where T : class
{
    private readonly IReloadSource<T> _source;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly FileWatch? _watch;
    private readonly Lock _gate = new();
    private volatile T _current;
    private volatile bool _isKept;
    private volatile ReloadReport? _lastReload;
    private long _applied;
    private long _rejected;

    /// <summary>Makes one; nothing is looked at yet.</summary>
    /// <param name="name">See <see cref="Name"/>.</param>
    /// <param name="source">Reads the files.</param>
    /// <param name="first">What it read for the start, or kept before it. When that was from no file at all, none is watched.</param>
    /// <param name="clock">For the time between looks.</param>
    /// <param name="log">Told what goes wrong in looking, and what is lost by a change.</param>
    public Reloader(string name, IReloadSource<T> source, Reading<T> first, TimeProvider clock, ILogger<FileWatch> log)
    {
        Name = name;
        _log = log;
        _source = source;
        _clock = clock;
        _current = first.Value ?? throw new ArgumentException("Nothing was read.", nameof(first));
        _isKept = first.IsKept;
        _lastReload = first.IsKept ? new ReloadReport(ReloadResult.Rejected, first.At, first.Diagnostics) : null;
        _watch = first.Files.Files.Count > 0 ? new FileWatch(first.Files, first.At, Read, clock, log) : null;
    }

    /// <summary>After every reload, whatever became of it.</summary>
    public event EventHandler<ReloadReport>? Reloaded;

    /// <summary>What is in force.</summary>
    public T Current => _current;

    /// <summary>Whether that is what was kept before the start, whose files had a mistake that is still there.</summary>
    public bool IsKept => _isKept;

    /// <summary>What became of the last change; null before the first. A start with what was kept counts as a rejected one.</summary>
    public ReloadReport? LastReload => _lastReload;

    /// <inheritdoc/>
    public bool IsRejected => _lastReload is { Result: ReloadResult.Rejected };

    /// <summary>How often something else was put in force since the start.</summary>
    public long Applied => Interlocked.Read(ref _applied);

    /// <summary>How often changed files were of no use.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    public string Name { get; }

    public void Start() => _watch?.Start();

    public ReloadReport? Reload() => _watch?.ReadNow() == true ? _lastReload : null;

    /// <summary>Puts something else in force that is made of what is, and not by a reading; while it is made the files are not read.</summary>
    /// <param name="make">Makes it; null to leave what is in force.</param>
    public void Replace(Func<T, T?> make)
    {
        lock (_gate)
        {
            _current = make(_current) ?? _current;
        }
    }

    /// <summary>Looks at the files once.</summary>
    public WatchOutcome Look() => _watch?.Look() ?? WatchOutcome.Same;

    public void Dispose() => _watch?.Dispose();

    // A second reading for mistrust alone that finds nothing new is no reload.
    private WatchedFiles? Read(ReadRequest request)
    {
        lock (_gate)
        {
            return ReadAlone(request);
        }
    }

    private WatchedFiles? ReadAlone(ReadRequest request)
    {
        var reading = _source.Read();
        var wasRejected = _lastReload is { Result: ReloadResult.Rejected };
        if (reading.Value is not { } value)
        {
            var isKnown = wasRejected && _lastReload!.Diagnostics.SequenceEqual(reading.Diagnostics);
            if (request.MayWait && !isKnown)
            {
                return null;
            }

            if (!request.IsMistrusted || !isKnown)
            {
                Interlocked.Increment(ref _rejected);
                _source.TellRejected(reading, _current);
                Report(ReloadResult.Rejected, reading);
            }
        }
        else if (!_source.AreSame(_current, value))
        {
            var loss = _source.LossBetween(_current, value);
            if (request.MayWait && loss is not null)
            {
                return null;
            }

            _current = value;
            Interlocked.Increment(ref _applied);
            _source.TellApplied(reading);
            if (loss is not null)
            {
                Lost(_log, Name, loss);
            }

            Report(ReloadResult.Applied, reading);
        }
        else if (!request.IsMistrusted || wasRejected)
        {
            _source.TellUnchanged(_current);
            Report(ReloadResult.Unchanged, reading);
        }

        return reading.Files;
    }

    private void Report(ReloadResult result, Reading<T> reading)
    {
        _isKept &= result == ReloadResult.Rejected;
        var report = new ReloadReport(result, _clock.GetUtcNow(), reading.Diagnostics);
        _lastReload = report;
        Reloaded?.Invoke(this, report);
    }

    [LoggerMessage(214, LogLevel.Warning, "Something that was in force before is missing from the changed {Name}: {Loss}")]
    private static partial void Lost(ILogger log, string name, string loss);
}
