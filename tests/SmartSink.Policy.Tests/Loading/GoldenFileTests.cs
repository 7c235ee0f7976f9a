using SmartSink.Testing;

namespace SmartSink.Policy.Tests.Loading;

/// <summary>Each file under golden/ has beside it, in a .diagnostics file, exactly what loading it says; a file without one loads without a word.</summary>
public sealed class GoldenFileTests
{
    private static readonly string Folder = RepositoryRoot.Combine("tests", "SmartSink.Policy.Tests", "golden");

    public static TheoryData<string> ValidFiles => FilesOf("valid");

    public static TheoryData<string> InvalidFiles => FilesOf("invalid");

    [Theory]
    [MemberData(nameof(ValidFiles))]
    public void A_valid_file_loads(string file)
    {
        var result = PolicyLoader.Load(Path.Combine(Folder, "valid", file));

        Shown(result, "valid").ShouldBe(Expected("valid", file));
        result.HasErrors.ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(InvalidFiles))]
    public void An_invalid_file_is_refused_with_all_its_mistakes(string file)
    {
        var result = PolicyLoader.Load(Path.Combine(Folder, "invalid", file));

        Shown(result, "invalid").ShouldBe(Expected("invalid", file));
        result.HasErrors.ShouldBeTrue();
        result.Snapshot.ShouldBeNull();
        Expected("invalid", file).ShouldContain(": error: ");
    }

    private static TheoryData<string> FilesOf(string kind) =>
        [.. Directory.GetFiles(Path.Combine(Folder, kind), "*.toml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static string Expected(string kind, string file)
    {
        var path = Path.Combine(Folder, kind, Path.ChangeExtension(file, ".diagnostics"));
        return File.Exists(path) ? File.ReadAllText(path) : string.Empty;
    }

    private static string Shown(PolicyLoadResult result, string kind) =>
        string.Concat(result.Diagnostics.Select(diagnostic => diagnostic + "\n")).Replace(Path.Combine(Folder, kind) + "/", string.Empty, StringComparison.Ordinal);
}
