using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using SmartSink.Shared;

namespace SmartSink.Watching;

/// <summary>
/// Looks at files again and again and tells whether they are the same as before. The system's stamps are compared, which costs an idle process
/// next to nothing; contents only as long as the stamps are so young that one more write could hide behind them.
/// </summary>
/// <param name="files">What to look at.</param>
/// <param name="clock">For the stamps' age. It is counted from when they were first seen, so the clock of a file server may go wrong.</param>
/// <param name="stampOf">Asks for the stamp of a path.</param>
internal sealed class FileObserver(WatchedFiles files, TimeProvider clock, Func<string, FileStamp> stampOf)
{
    /// <summary>The longest tick of a file system's clock. A write later than that gives a file another stamp, however coarse its times are.</summary>
    public static readonly TimeSpan CoarsestFileTime = TimeSpan.FromSeconds(2);

    /// <summary>Larger files are not read: of these the stamp alone tells whether they changed.</summary>
    public const int LargestByContent = 256 * 1024;

    /// <summary>Names of a folder that are compared; of a larger one a name beyond them may come and go unseen.</summary>
    public const int MostNames = 100_000;

    private readonly string[] _paths = [.. files.Files, .. files.Folders];
    private readonly List<string> _unlinked = [];
    private FileStamp[] _stamps = new FileStamp[files.Files.Count + files.Folders.Count];
    private FileStamp[] _next = new FileStamp[files.Files.Count + files.Folders.Count];
    private string _contents = string.Empty;
    private long _since;
    private bool _settled;
    private int _state;

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
            NoteUnlinked();
            Compare(Fingerprint.Of(files));
            _since = stirred ? now : _since;
            _settled = clock.GetElapsedTime(_since, now) > CoarsestFileTime;
            (_stamps, _next) = (_next, _stamps);
        }

        return _state;
    }

    /// <summary>
    /// The files that lost their last name since this was asked before, and are still seen under it: somebody holds the old file there, as a container
    /// does with a single file that is mounted into it.
    /// </summary>
    public IReadOnlyList<string> TakeUnlinked()
    {
        if (_unlinked.Count == 0)
        {
            return [];
        }

        string[] taken = [.. _unlinked];
        _unlinked.Clear();
        return taken;
    }

    // A folder is stirred by files that are nobody's business, too: of folders the names count, of files the stamps as well.
    private void Compare(string contents)
    {
        if (contents != _contents || !AreSame(_next.AsSpan(0, files.Files.Count), _stamps))
        {
            _contents = contents;
            _state++;
        }
    }

    // A file that only lost its name is otherwise what it was.
    private static bool AreSame(ReadOnlySpan<FileStamp> next, ReadOnlySpan<FileStamp> before)
    {
        for (var index = 0; index < next.Length; index++)
        {
            var stamp = IsUnlinked(next[index], before[index]) ? next[index] with { Links = before[index].Links, Changed = before[index].Changed } : next[index];
            if (stamp != before[index])
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsUnlinked(in FileStamp next, in FileStamp before) =>
        next is { Kind: FileKind.Regular, Links: 0 } && before.Links > 0 && next.Node == before.Node && next.Device == before.Device;

    private void NoteUnlinked()
    {
        for (var index = 0; index < files.Files.Count; index++)
        {
            if (IsUnlinked(_next[index], _stamps[index]))
            {
                _unlinked.Add(_paths[index]);
            }
        }
    }

    /// <summary>What files and folders contain, to compare it with what they contained before.</summary>
    private sealed class Fingerprint : IDisposable
    {
        private const int BlockSize = 16 * 1024;

        private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockSize);
        private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        private Fingerprint()
        {
        }

        /// <summary>A digest of the folders' names and of the files' contents. What cannot be read is a state like any other.</summary>
        public static string Of(WatchedFiles files)
        {
            using var reader = new Fingerprint();
            foreach (var folder in files.Folders)
            {
                reader.Try(reader.AddNames, folder);
            }

            foreach (var file in files.Files)
            {
                reader.Try(reader.AddContent, file);
            }

            return Convert.ToHexString(reader._digest.GetHashAndReset());
        }

        public void Dispose()
        {
            _digest.Dispose();
            ArrayPool<byte>.Shared.Return(_block);
        }

        private void AddNames(string folder)
        {
            foreach (var name in Directory.EnumerateFileSystemEntries(folder).Take(MostNames).Order(StringComparer.Ordinal))
            {
                Add(name);
            }
        }

        private void AddContent(string path)
        {
            using var file = RegularFile.Open(path);
            var length = RandomAccess.GetLength(file);
            Add($"{length}");
            var offset = 0L;
            while (length <= LargestByContent && offset <= LargestByContent && RandomAccess.Read(file, _block, offset) is > 0 and var read)
            {
                _digest.AppendData(_block, 0, read);
                offset += read;
            }
        }

        private void Try(Action<string> add, string path)
        {
            Add(path);
            try
            {
                add(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Add(exception is FileException ? exception.Message : exception.GetType().Name);
            }
        }

        private void Add(string text) => _digest.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
    }
}
