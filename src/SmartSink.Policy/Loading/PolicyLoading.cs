using System.Buffers.Binary;
using System.Security.Cryptography;
using SmartSink.Policy.Documents;
using SmartSink.Policy.Merging;
using SmartSink.Policy.Validation;
using SmartSink.Policy.Files;

namespace SmartSink.Policy.Loading;

/// <summary>One reading of a policy: its files, its mistakes, its hash.</summary>
/// <param name="mainFile">The main file as the user named it.</param>
internal sealed class PolicyLoading(string mainFile)
{
    private const int HashDigits = 16;

    private readonly DiagnosticBag _diagnostics = new();
    private readonly IncludeExpander _includes = new(mainFile);
    private readonly List<string> _files = [];
    private readonly List<PolicyDocument> _documents = [];
    private readonly List<SourceFile> _sources = [];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isComplete = true;

    /// <summary>Reads, checks and freezes.</summary>
    public PolicyLoadResult Run(TimeProvider clock)
    {
        var loadedAt = clock.GetUtcNow();
        var main = ReadMain();
        foreach (var include in main?.Includes ?? [])
        {
            ReadIncludes(include);
        }

        if (main is not null)
        {
            _documents.Add(main);
        }

        var merged = CheckAll();
        var digest = Convert.ToHexStringLower(_hash.GetHashAndReset())[..HashDigits];
        _hash.Dispose();
        return new PolicyLoadResult(
            _diagnostics.HasErrors ? null : new PolicySnapshot(merged, new PolicySources(_sources, merged), digest, loadedAt),
            _diagnostics.Sorted(),
            _files,
            [.. _includes.Folders]);
    }

    private MergedPolicy CheckAll()
    {
        foreach (var document in _documents)
        {
            RateValidator.Check(document, _diagnostics);
            ReplyListValidator.Check(document, _diagnostics);
            ReplyTextValidator.Check(document, _diagnostics);
        }

        var merged = new PolicyMerger(mainFile, _diagnostics).Merge(_documents);
        RateSumValidator.Check(merged, _diagnostics);
        if (_isComplete)
        {
            // With a file missing, a name that it gives would be called unknown.
            LikeValidator.Check(merged, _diagnostics);
            MxValidator.Check(merged, _diagnostics);
        }

        return merged;
    }

    private PolicyDocument? ReadMain()
    {
        var source = ReadSource(mainFile);
        if (source.Problem is { } problem)
        {
            _diagnostics.Error(new Place(mainFile, 1, 1), $"cannot be read: {problem}");
            return null;
        }

        return ReadDocument(source, isMain: true);
    }

    private void ReadIncludes(Setting<string> include)
    {
        if (include.Value.Length == 0 || include.Value.Any(char.IsControl))
        {
            _diagnostics.Error(include.Place, $"include = \"{include.Value}\" names no file");
            return;
        }

        var paths = _includes.Expand(include.Value);
        if (paths.Count == 0)
        {
            _diagnostics.Warning(include.Place, $"no file matches \"{include.Value}\"");
        }

        // A pattern may well match the main file itself, and two patterns the same file.
        foreach (var path in paths.Where(path => !_files.Contains(Path.GetFullPath(path))))
        {
            var source = ReadSource(path);
            if (source.Problem is { } problem)
            {
                _isComplete = false;
                _diagnostics.Error(include.Place, $"{path} cannot be read: {problem}");
            }
            else if (ReadDocument(source, isMain: false) is { } document)
            {
                _documents.Add(document);
            }
        }
    }

    private SourceFile ReadSource(string path)
    {
        _files.Add(Path.GetFullPath(path));
        var source = SourceFile.Read(path);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, source.Content?.LongLength ?? -1);
        _hash.AppendData(length);
        _hash.AppendData(source.Content ?? []);
        return source;
    }

    private PolicyDocument? ReadDocument(SourceFile source, bool isMain)
    {
        var toml = TomlReader.Read(source.Content);
        if (toml.Errors.Count == 0)
        {
            // The main file is read first and merged last.
            _sources.Insert(isMain ? 0 : _sources.Count - 1, source);
            return DocumentReader.Read(toml.Root, source.Name, isMain, _diagnostics);
        }

        // What a broken file says beyond its mistakes is guesswork: no more is told of it.
        _isComplete = false;
        foreach (var error in toml.Errors)
        {
            _diagnostics.Error(new Place(source.Name, error.Position.Line, error.Position.Column), error.Message);
        }

        return null;
    }
}
