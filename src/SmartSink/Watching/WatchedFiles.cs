using SmartSink.Shared;

namespace SmartSink.Watching;

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
