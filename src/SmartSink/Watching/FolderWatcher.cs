namespace SmartSink.Watching;

/// <summary>Passes on that something happened in one of some folders. Only a hint to look sooner: events may be lost, and more may come than matter.</summary>
internal sealed class FolderWatcher(Action stirred, ILogger log) : IDisposable
{
    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);

    /// <summary>Watches these folders and no others. One that cannot be watched is left to polling.</summary>
    public void Watch(IEnumerable<string> folders)
    {
        var wanted = folders.ToHashSet(StringComparer.Ordinal);
        foreach (var folder in _watchers.Keys.Except(wanted).ToList())
        {
            _watchers.Remove(folder, out var watcher);
            watcher!.Dispose();
        }

        foreach (var folder in wanted.Where(folder => !_watchers.ContainsKey(folder) && Directory.Exists(folder)))
        {
            try
            {
                _watchers.Add(folder, Open(folder));
            }
            catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
            {
                log.NotWatched(folder, exception.Message);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var watcher in _watchers.Values)
        {
            watcher.Dispose();
        }

        _watchers.Clear();
    }

    private FileSystemWatcher Open(string folder)
    {
        var watcher = new FileSystemWatcher(folder)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
        };
        watcher.Changed += (_, _) => stirred();
        watcher.Created += (_, _) => stirred();
        watcher.Deleted += (_, _) => stirred();
        watcher.Renamed += (_, _) => stirred();
        watcher.Error += (_, _) => stirred();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }
}
