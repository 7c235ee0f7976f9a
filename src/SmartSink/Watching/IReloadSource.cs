namespace SmartSink.Watching;

/// <summary>Reads something from files, and says what becomes of it when they change. One thread at a time.</summary>
internal interface IReloadSource<T>
{
    /// <summary>The files and folders, as they were last read.</summary>
    WatchedFiles Files { get; }

    /// <summary>When the last reading began.</summary>
    DateTimeOffset ReadAt { get; }

    /// <summary>Reads them.</summary>
    /// <exception cref="FilesRejectedException">They cannot be used.</exception>
    T Load();

    /// <summary>Says that what was read is in force.</summary>
    void TellApplied(T value);

    /// <summary>Says that changed files are of no use.</summary>
    /// <param name="mistakes">A line for each mistake in them.</param>
    void TellRejected(IReadOnlyList<string> mistakes);
}
