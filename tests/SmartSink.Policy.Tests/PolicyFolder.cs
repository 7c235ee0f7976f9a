using SmartSink.Testing;

namespace SmartSink.Policy.Tests;

/// <summary>A policy in a folder of its own.</summary>
internal sealed class PolicyFolder : IDisposable
{
    public const string MainName = "responses.toml";

    private readonly TemporaryFolder _folder = new();

    public PolicyFolder(string main = "") => Write(MainName, main);

    public string MainFile => PathOf(MainName);

    public static PolicySnapshot Snapshot(string main)
    {
        using var folder = new PolicyFolder(main);
        return folder.Snapshot();
    }

    public static IReadOnlyList<string> Diagnostics(string main)
    {
        using var folder = new PolicyFolder(main);
        return folder.Diagnostics();
    }

    public string PathOf(string name) => Path.Combine(_folder.Path, name);

    public PolicyFolder Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), content);
        return this;
    }

    public PolicyLoadResult Load() => PolicyLoader.Load(MainFile);

    public PolicySnapshot Snapshot()
    {
        var result = Load();
        return result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
    }

    /// <summary>The diagnostics without the folder's own path.</summary>
    public IReadOnlyList<string> Diagnostics() =>
        [.. Load().Diagnostics.Select(diagnostic => diagnostic.ToString().Replace(_folder.Path + "/", string.Empty, StringComparison.Ordinal))];

    public void Dispose() => _folder.Dispose();
}
