using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace SmartSink.Reloading;

/// <summary>Looks at files without trusting any one sign: mounts lose events, tools keep times, a ConfigMap swaps a link far above the file.</summary>
internal sealed class FingerprintReader : IDisposable
{
    /// <summary>Files up to this size are compared by content, larger ones by size, time and link target: they are looked at twice a second.</summary>
    public const int LargestByContent = 256 * 1024;

    private const int BlockSize = 16 * 1024;

    // Borrowed: a look every half second that left the files' contents behind as garbage would let an idle process grow.
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockSize);
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private DateTime _newest = DateTime.MinValue;

    private FingerprintReader()
    {
    }

    /// <summary>Looks at everything once. What cannot be read is a state like any other.</summary>
    public static FileFingerprint Read(WatchedFiles files)
    {
        using var reader = new FingerprintReader();
        foreach (var folder in files.Folders)
        {
            reader.Try(reader.AddFolder, folder);
        }

        foreach (var file in files.Files)
        {
            reader.Try(reader.AddFile, file);
        }

        return new FileFingerprint(Convert.ToHexString(reader._digest.GetHashAndReset()), reader._newest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _digest.Dispose();
        ArrayPool<byte>.Shared.Return(_block);
    }

    private void AddFolder(string folder)
    {
        Saw(Directory.GetLastWriteTimeUtc(folder));
        foreach (var name in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            Add(name);
        }
    }

    private void AddFile(string path)
    {
        Saw(Directory.GetLastWriteTimeUtc(Path.GetDirectoryName(path)!));
        FileSystemInfo file = new FileInfo(path);
        if (file.ResolveLinkTarget(returnFinalTarget: true) is { } target)
        {
            Add(target.FullName);
            file = target;
        }

        if (file is not FileInfo { Exists: true, Length: var length })
        {
            Add("no file");
            return;
        }

        Saw(file.LastWriteTimeUtc);
        Add($"{length} {file.LastWriteTimeUtc.Ticks}");
        if (length <= LargestByContent)
        {
            AddContent(path);
        }
    }

    private void AddContent(string path)
    {
        using var file = File.OpenHandle(path);
        var offset = 0L;
        while (RandomAccess.Read(file, _block, offset) is > 0 and var read)
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
            Add(exception.GetType().Name);
        }
    }

    private void Add(string text) => _digest.AppendData(Encoding.UTF8.GetBytes(text + "\n"));

    private void Saw(DateTime time) => _newest = time > _newest ? time : _newest;
}
