using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace SmartSink.Watching;

/// <summary>Reads what files and folders contain, to compare it with what they contained before.</summary>
internal sealed class FingerprintReader : IDisposable
{
    /// <summary>Larger files are not read: of these the stamp alone tells whether they changed.</summary>
    public const int LargestByContent = 256 * 1024;

    private const int BlockSize = 16 * 1024;

    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockSize);
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private FingerprintReader()
    {
    }

    /// <summary>A digest of the folders' names and of the files' contents. What cannot be read is a state like any other.</summary>
    public static string Read(WatchedFiles files)
    {
        using var reader = new FingerprintReader();
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _digest.Dispose();
        ArrayPool<byte>.Shared.Return(_block);
    }

    private void AddNames(string folder)
    {
        foreach (var name in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            Add(name);
        }
    }

    private void AddContent(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        Add($"{length}");
        var offset = 0L;
        while (length <= LargestByContent && RandomAccess.Read(file, _block, offset) is > 0 and var read)
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
}
