using SmartSink.Policy.Documents;
using SmartSink.Policy.Merging;
using SmartSink.Policy.Files;

namespace SmartSink.Policy.Loading;

/// <summary>
/// The files of a snapshot, as read. An explanation needs what they say, with places; kept as objects that would take more memory than all
/// else in a snapshot, and explanations are rare. So the files are kept, and read once more when somebody asks.
/// </summary>
internal sealed class PolicySources
{
    private readonly IReadOnlyList<SourceFile> _files;
    private readonly WeakReference<MergedPolicy> _merged;

    /// <summary>Keeps files.</summary>
    /// <param name="files">Without mistakes; the included ones in the order in which they were merged, then the main one.</param>
    /// <param name="merged">What they say; forgotten when memory is wanted.</param>
    public PolicySources(IReadOnlyList<SourceFile> files, MergedPolicy merged)
    {
        _files = files;
        _merged = new WeakReference<MergedPolicy>(merged);
    }

    /// <summary>What the files say.</summary>
    public MergedPolicy Read()
    {
        if (!_merged.TryGetTarget(out var merged))
        {
            // They had no mistakes, and the warnings have been given.
            var ignored = new DiagnosticBag();
            var main = _files[^1];
            merged = new PolicyMerger(main.Name, ignored).Merge(_files.Select(
                file => DocumentReader.Read(TomlReader.Read(file.Content).Root, file.Name, isMain: file == main, ignored)));
            _merged.SetTarget(merged);
        }

        return merged;
    }
}
