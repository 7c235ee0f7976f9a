using SmartSink.Policy.Model;

namespace SmartSink.Policy.Files;

/// <summary>A file's content, or why there is none.</summary>
internal sealed record SourceFile(string Name, byte[]? Content, string? Problem)
{
    public static SourceFile Read(string path)
    {
        try
        {
            return Directory.Exists(path)
                ? new SourceFile(path, Content: null, "it is a folder")
                : new SourceFile(path, File.ReadAllBytes(path), Problem: null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new SourceFile(path, Content: null, "there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            return new SourceFile(path, Content: null, "permission denied");
        }
        catch (IOException e)
        {
            return new SourceFile(path, Content: null, e.Message);
        }
    }
}

/// <summary>
/// The files of a snapshot, as read. An explanation needs what they say, with places; kept as objects that would take more memory than all
/// else in a snapshot, and explanations are rare. So the files are kept, and read once more when somebody asks.
/// </summary>
/// <param name="files">Without mistakes; the included ones in the order in which they were merged, then the main one.</param>
/// <param name="policy">What they say; forgotten when memory is wanted.</param>
internal sealed class PolicySources(IReadOnlyList<SourceFile> files, MergedPolicy policy)
{
    private readonly WeakReference<MergedPolicy> _merged = new(policy);

    public MergedPolicy Read()
    {
        if (!_merged.TryGetTarget(out var merged))
        {
            // They had no mistakes, and the warnings have been given.
            var ignored = new DiagnosticBag();
            var main = files[^1];
            merged = new PolicyMerger(main.Name, ignored).Merge(files.Select(
                file => DocumentReader.Read(TomlReader.Read(file.Content).Root, file.Name, isMain: file == main, ignored)));
            _merged.SetTarget(merged);
        }

        return merged;
    }
}
