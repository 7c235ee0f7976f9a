namespace SmartSink.Watching;

/// <summary>
/// Looks at files again and again and tells whether they are the same as before. The kernel's stamps are compared, which costs an idle process
/// next to nothing; contents only as long as the stamps are so young that one more write could hide behind them.
/// </summary>
/// <param name="files">What to look at.</param>
/// <param name="clock">For the stamps' age. It is counted from when they were first seen, so the clock of a file server may go wrong.</param>
/// <param name="stampOf">Asks for the stamp of a path.</param>
internal sealed class FileObserver(WatchedFiles files, TimeProvider clock, Func<string, FileStamp> stampOf)
{
    /// <summary>The longest tick of a file system's clock. A write later than that gives a file another stamp, however coarse its times are.</summary>
    public static readonly TimeSpan CoarsestFileTime = TimeSpan.FromSeconds(2);

    private readonly string[] _paths = [.. files.Files, .. files.Folders];
    private FileStamp[] _stamps = new FileStamp[files.Files.Count + files.Folders.Count];
    private FileStamp[] _next = new FileStamp[files.Files.Count + files.Folders.Count];
    private string _contents = string.Empty;
    private long _since;
    private bool _settled;
    private int _state;

    /// <summary>Makes one that asks the kernel.</summary>
    public FileObserver(WatchedFiles files, TimeProvider clock)
        : this(files, clock, FileStamp.Of)
    {
    }

    /// <summary>Looks once.</summary>
    /// <returns>The number of the state that the files are in: the same as last time if and only if nothing was seen to change since.</returns>
    public int Look()
    {
        var now = clock.GetTimestamp();
        for (var index = 0; index < _paths.Length; index++)
        {
            _next[index] = stampOf(_paths[index]);
        }

        var stirred = !_next.AsSpan().SequenceEqual(_stamps);
        if (stirred || !_settled)
        {
            Compare(FingerprintReader.Read(files));
            _since = stirred ? now : _since;
            _settled = clock.GetElapsedTime(_since, now) > CoarsestFileTime;
            (_stamps, _next) = (_next, _stamps);
        }

        return _state;
    }

    // A folder is stirred by files that are nobody's business, too: of folders the names count, of files the stamps as well.
    private void Compare(string contents)
    {
        if (contents != _contents || !_next.AsSpan(0, files.Files.Count).SequenceEqual(_stamps.AsSpan(0, files.Files.Count)))
        {
            _contents = contents;
            _state++;
        }
    }
}
