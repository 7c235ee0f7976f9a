using SmartSink.Testing;

namespace SmartSink.Policy.Tests.Files;

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

    [Fact]
    public void Of_very_many_mistakes_the_first_thousand_are_listed()
    {
        PolicyFolder.Diagnostics(string.Concat(Enumerable.Repeat("a\n", 1_000))).Count.ShouldBe(1_000);

        var diagnostics = PolicyFolder.Diagnostics(string.Concat(Enumerable.Repeat("a\n", 20_000)));

        diagnostics.Count.ShouldBe(1_001);
        diagnostics[999].ShouldBe("responses.toml(1000,2): error: expected \"=\" after the key, found the end of the line");
        diagnostics[1_000].ShouldBe("responses.toml(1001,2): error: 19000 more findings are not listed");
    }

    [Fact]
    public void What_a_mistake_quotes_is_cut_off_in_the_end() =>
        PolicyFolder.Diagnostics(new string('k', 1_000_000) + " = 1\n").ShouldHaveSingleItem().Length.ShouldBeInRange(1_000, 1_100);

    [Fact]
    public void No_number_of_doubts_hides_a_mistake()
    {
        var reply = "[[defer.\"a.example\"]]\ncode = 550\nmsg = \"x\"\n";

        var diagnostics = PolicyFolder.Diagnostics(string.Concat(Enumerable.Repeat(reply, 1_500)) + "seed = 1\n");

        diagnostics.Count.ShouldBe(1_001);
        diagnostics.ShouldContain("responses.toml(4501,1): error: unknown key \"seed\" in a reply");
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
