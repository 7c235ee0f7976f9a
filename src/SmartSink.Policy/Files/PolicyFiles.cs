using System.Buffers.Binary;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Policy.Toml;
using SmartSink.Shared;

namespace SmartSink.Policy.Files;

/// <summary>Reads the files of a policy and merges what they say.</summary>
/// <param name="mainFile">The main file as the user named it.</param>
/// <param name="outside">What goes over the files.</param>
/// <param name="kept">The files as they were kept earlier, in place of those on disk, in the order of <see cref="Sources"/>; null to read the disk.</param>
/// <param name="sent">The main file as somebody sent it, who may include nothing from the disk; null for none.</param>
/// <param name="overlay">What goes over all of it for a while; null for nothing.</param>
internal sealed class PolicyFiles(
    string mainFile, PolicyDocument outside, IReadOnlyList<PolicyText>? kept = null, SourceFile? sent = null, PolicyOverlay? overlay = null)
{
    /// <summary>The most bytes that all files of a policy may have together.</summary>
    public const long MostBytes = 64 * RegularFile.Megabyte;

    private const int HashDigits = 16;

    private readonly IncludeExpander _includes = new(mainFile);
    private readonly List<string> _files = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<PolicyDocument> _documents = [];
    private readonly List<SourceFile> _sources = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isComplete = true;
    private long _bytes;

    /// <summary>A main file that somebody sent, alone.</summary>
    public PolicyFiles(SourceFile sent)
        : this(sent.Name, new PolicyDocument(), kept: null, sent)
    {
    }

    /// <summary>Absolute paths of every file that was read or tried, the main file first; built-in ones are left out.</summary>
    public IReadOnlyList<string> Paths => [.. _files.Where(file => !BuiltInFiles.IsBuiltIn(file))];

    /// <summary>Absolute paths of the folders that were listed for includes.</summary>
    public IReadOnlyCollection<string> IncludeFolders => _includes.Folders;

    /// <summary>What the files say, read and checked before: then none is read. Empty to read them.</summary>
    public IReadOnlyList<PolicyDocument> Known { get; init; } = [];

    /// <summary>What goes over all of it, as read already, and where it is from; null for nothing.</summary>
    public (string Source, TomlTable Table)? Over { get; init; }

    public DiagnosticBag Diagnostics { get; } = new();

    /// <summary>The first digits of a hash over the content of all files.</summary>
    public string Hash { get; private set; } = string.Empty;

    /// <summary>The files that were read without a mistake; the included ones in the order in which they were merged, then the main one.</summary>
    public IReadOnlyList<SourceFile> Sources => _sources;

    /// <summary>What all of them say, in the order in which they were merged.</summary>
    public IReadOnlyList<PolicyDocument> Documents => _documents;

    public MergedPolicy Read()
    {
        _documents.AddRange(Known);
        if (Known.Count == 0)
        {
            ReadFiles();
        }

        AddOutside();
        AddOverlay();
        var merged = CheckAll();
        Hash = Convert.ToHexStringLower(_hash.GetHashAndReset())[..HashDigits];
        _hash.Dispose();
        return merged;
    }

    private void ReadFiles()
    {
        var main = ReadMain();
        if (kept is not null)
        {
            ReadKeptIncludes();
        }
        else
        {
            foreach (var include in (main?.Includes ?? []).OrderByDescending(include => BuiltInFiles.IsBuiltIn(include.Value)))
            {
                ReadIncludes(include);
            }
        }

        if (main is not null)
        {
            _documents.Add(main);
        }
    }

    private MergedPolicy CheckAll()
    {
        foreach (var document in _documents.Skip(Known.Count))
        {
            RateChecks.Check(document, Diagnostics);
            ReplyListChecks.Check(document, Diagnostics);
            ReplyTextChecks.Check(document, Diagnostics);
        }

        var merged = new PolicyMerger(mainFile, Diagnostics).Merge(_documents);
        RateChecks.CheckSums(merged, Diagnostics);
        BehaviourChecks.Check(merged, Diagnostics);
        RuleChecks.Check(merged, Diagnostics);
        if (_isComplete)
        {
            // With a file missing, a name that it gives would be called unknown.
            NameChecks.CheckLikes(merged, Diagnostics);
            NameChecks.CheckServers(merged, Diagnostics);
            NameChecks.CheckReach(merged, Diagnostics);
        }

        if (!Diagnostics.HasErrors)
        {
            // A list may be missing for a mistake in its name.
            NameChecks.CheckLists(merged, Diagnostics);
        }

        return merged;
    }

    private PolicyDocument? ReadMain()
    {
        var source = sent is null ? ReadSource(mainFile) : Take(mainFile, sent);
        if (source.Problem is { } problem)
        {
            Diagnostics.Error(new Place(mainFile, 1, 1), $"cannot be read: {problem}");
            return null;
        }

        return ReadDocument(source, isMain: true);
    }

    private void ReadIncludes(Setting<string> include)
    {
        if (include.Value.Length == 0 || include.Value.Any(char.IsControl))
        {
            Diagnostics.Error(include.Place, $"include = \"{include.Value}\" names no file");
            return;
        }

        if (sent is not null && !BuiltInFiles.IsBuiltIn(include.Value))
        {
            _isComplete = false;
            Diagnostics.Warning(include.Place, $"\"{include.Value}\" is not read: a text that is sent can include built-in files alone");
            return;
        }

        var paths = _includes.Expand(include.Value);
        if (_includes.IsExhausted)
        {
            _isComplete = false;
            Diagnostics.Error(include.Place, $"the patterns up to \"{include.Value}\" scan more than {IncludeExpander.MostNames} names; name the folders more specifically");
            return;
        }

        if (paths.Count == 0)
        {
            Diagnostics.Warning(include.Place, $"no file matches \"{include.Value}\"");
        }

        // A pattern may well match the main file itself, and two patterns the same file.
        foreach (var path in paths.Where(path => !_known.Contains(IdentityOf(path))))
        {
            var source = ReadSource(path);
            if (_bytes > MostBytes)
            {
                _isComplete = false;
                Diagnostics.Error(include.Place, $"with {path} the files of the policy are larger than {MostBytes / RegularFile.Megabyte} MB, which is the limit for all of them together");
                return;
            }

            if (source.Problem is { } problem)
            {
                _isComplete = false;
                Diagnostics.Error(include.Place, $"{path} cannot be read: {problem}");
            }
            else if (ReadDocument(source, isMain: false) is { } document)
            {
                _documents.Add(document);
            }
        }
    }

    private void ReadKeptIncludes()
    {
        foreach (var file in kept!.SkipLast(1))
        {
            if (ReadDocument(ReadSource(file.Name), isMain: false) is { } document)
            {
                _documents.Add(document);
            }
        }
    }

    private static string IdentityOf(string path) => BuiltInFiles.IsBuiltIn(path) ? path : Path.GetFullPath(path);

    private void AddOutside()
    {
        _documents.Add(outside);
        foreach (var rate in new[] { outside.Default.Bounce, outside.Default.Defer })
        {
            if (rate is { } setting)
            {
                _hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{setting.Place}={setting.Value}")));
            }
        }
    }

    private void AddOverlay()
    {
        var over = Over;
        if (overlay?.ToSource() is { } source)
        {
            _hash.AppendData(source.Content!);
            over = ReadToml(source) is { } root ? (source.Name, root) : null;
        }

        if (over is var (name, table))
        {
            _documents.Add(DocumentReader.Read(table, name, isMain: false, Diagnostics));
        }
    }

    private SourceFile ReadSource(string path) => Take(path, kept?.FirstOrDefault(file => file.Name == path)?.ToSource() ?? SourceFile.Read(path, MostBytes));

    private SourceFile Take(string path, SourceFile source)
    {
        var identity = IdentityOf(path);
        _files.Add(identity);
        _known.Add(identity);
        _bytes += source.Content?.Length ?? 0;
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, source.Content?.LongLength ?? -1);
        _hash.AppendData(length);
        _hash.AppendData(source.Content ?? []);
        return source;
    }

    private PolicyDocument? ReadDocument(SourceFile source, bool isMain)
    {
        if (ReadToml(source) is not { } root)
        {
            return null;
        }

        // The main file is read first and merged last.
        _sources.Insert(isMain ? 0 : _sources.Count - 1, source);
        return DocumentReader.Read(root, source.Name, isMain, Diagnostics);
    }

    private TomlTable? ReadToml(SourceFile source)
    {
        var toml = TomlReader.Read(source.Content);
        if (toml.Errors.Count == 0)
        {
            return toml.Root;
        }

        // What a broken file says beyond its mistakes is guesswork: no more is told of it.
        _isComplete = false;
        foreach (var error in toml.Errors)
        {
            Diagnostics.Error(new Place(source.Name, error.Position.Line, error.Position.Column), error.Message);
        }

        return null;
    }
}

/// <summary>
/// Finds the files that a pattern of <c>include</c> means. <c>*</c> and <c>?</c> stand for characters of one name, in the file's name or a folder's;
/// names that start with a dot are left out, since editors and container mounts keep their own things there.
/// </summary>
/// <param name="mainFile">The main file as the user named it; patterns are relative to its folder.</param>
internal sealed class IncludeExpander(string mainFile)
{
    /// <summary>Names that all patterns together may look at: <c>/*/*/*</c> would read the whole disk.</summary>
    public const int MostNames = 10_000;

    private static readonly char[] Wildcards = ['*', '?'];

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private int _names;

    public IReadOnlyCollection<string> Folders => _folders;

    /// <summary>Whether there were more names than may be looked at, so that what was found is not all.</summary>
    public bool IsExhausted => _names > MostNames;

    public static bool IsGlob(string pattern) => pattern.IndexOfAny(Wildcards) >= 0;

    /// <summary>The files of a pattern, sorted by name. Without wildcards that is the one named file, which may not exist.</summary>
    public IReadOnlyList<string> Expand(string pattern)
    {
        if (BuiltInFiles.IsBuiltIn(pattern))
        {
            return BuiltInFiles.Expand(pattern);
        }

        var path = Path.Combine(Path.GetDirectoryName(mainFile) ?? string.Empty, pattern);
        if (!IsGlob(pattern))
        {
            return [path];
        }

        IEnumerable<string> found = [Path.GetPathRoot(path) ?? string.Empty];
        var names = path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            found = [.. found.SelectMany(folder => IsGlob(name) ? List(folder, name) : [Path.Combine(folder, name)])];
        }

        return [.. found.Where(File.Exists).Order(StringComparer.Ordinal)];
    }

    private List<string> List(string folder, string pattern)
    {
        if (IsExhausted)
        {
            return [];
        }

        _folders.Add(Path.GetFullPath(folder.Length == 0 ? "." : folder));
        var names = new List<string>();
        try
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder.Length == 0 ? "." : folder))
            {
                if (++_names > MostNames)
                {
                    break;
                }

                var name = Path.GetFileName(path);
                if (!name.StartsWith('.') && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                {
                    names.Add(Path.Combine(folder, name));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that is not there, or not ours to read, holds no files: the pattern matches nothing, which is reported.
            return [];
        }

        return names;
    }
}
