using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Policy.Toml;
using SmartSink.Shared;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Files;

/// <summary>A file's content, or why there is none.</summary>
internal sealed record SourceFile(string Name, byte[]? Content, string? Problem)
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    public static SourceFile Read(string path, long limit)
    {
        try
        {
            return new SourceFile(path, BuiltInFiles.IsBuiltIn(path) ? BuiltInFiles.Read(path) : RegularFile.ReadAllBytes(path, limit), Problem: null);
        }
        catch (FileException exception)
        {
            return new SourceFile(path, Content: null, exception.Message);
        }
    }
}

/// <summary>A file of a policy that was in force, as it is kept.</summary>
/// <param name="Name">As the user named it, for messages.</param>
/// <param name="Text">All that it said.</param>
public sealed record PolicyText(string Name, string Text)
{
    internal SourceFile ToSource() => new(Name, Encoding.UTF8.GetBytes(Text), Problem: null);
}

/// <summary>A piece of policy that goes over all files for a while: a run's, or a person's who tries something.</summary>
/// <param name="Name">By which diagnostics and explanations call it.</param>
/// <param name="Text">TOML, as of a file that includes no other.</param>
/// <param name="Began">From when on <c>at = "+30s"</c> counts in it.</param>
public sealed record PolicyOverlay(string Name, string Text, Moment Began)
{
    /// <summary>What stands in the place of a file's name: <c>overlay:provider-down</c>.</summary>
    public string Source => Place.OverlayPrefix + Name;

    internal SourceFile ToSource() => new(Source, Encoding.UTF8.GetBytes(Text), Problem: null);
}

/// <summary>
/// The files of a snapshot, as read. An explanation needs what they say, with places; kept as objects that would take more memory than all
/// else in a snapshot, and explanations are rare. So the files are kept, and read once more when somebody asks.
/// </summary>
/// <param name="files">Without mistakes; the included ones in the order in which they were merged, then the main one.</param>
/// <param name="outside">What goes over the files.</param>
/// <param name="overlay">What goes over both for a while; null for nothing.</param>
/// <param name="policy">What they say; forgotten when memory is wanted.</param>
internal sealed class PolicySources(IReadOnlyList<SourceFile> files, PolicyDocument outside, PolicyOverlay? overlay, MergedPolicy policy)
{
    private readonly WeakReference<MergedPolicy> _merged = new(policy);

    /// <summary>What goes over the files for a while; null for nothing.</summary>
    public PolicyOverlay? Overlay => overlay;

    /// <summary>The files as they can be kept, without the overlay.</summary>
    public IReadOnlyList<PolicyText> Texts => [.. files.Select(file => new PolicyText(file.Name, Encoding.UTF8.GetString(file.Content!)))];

    public MergedPolicy Read()
    {
        if (!_merged.TryGetTarget(out var merged))
        {
            // They had no mistakes, and the warnings have been given.
            var ignored = new DiagnosticBag();
            var main = files[^1];
            merged = new PolicyMerger(main.Name, ignored).Merge(files
                .Select(Read)
                .Append(outside)
                .Concat(overlay is null ? [] : [Read(overlay.ToSource())]));
            _merged.SetTarget(merged);

            PolicyDocument Read(SourceFile file) => DocumentReader.Read(TomlReader.Read(file.Content).Root, file.Name, isMain: file == main, ignored);
        }

        return merged;
    }
}
