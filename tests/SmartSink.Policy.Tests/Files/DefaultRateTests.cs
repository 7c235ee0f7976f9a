namespace SmartSink.Policy.Tests.Files;

/// <summary>Rates of <c>[default]</c> that come from no file.</summary>
public sealed class DefaultRateTests
{
    private const string Page = """
        [default]
        bounce = 10
        defer = 5
        [domain."a.example"]
        defer = 90
        """;

    private static readonly DefaultRate Bounce = new(2.5m, "SINK_DEFAULT_BOUNCE");
    private static readonly DefaultRate Defer = new(20, "SINK_DEFAULT_DEFER");

    [Fact]
    public void They_go_over_the_files_and_explain_names_their_source()
    {
        using var folder = new PolicyFolder(Page);
        var policy = PolicyLoader.Load(folder.MainFile, bounce: Bounce, defer: Defer).Snapshot.ShouldNotBeNull();

        for (var i = 0; i < 2; i++)
        {
            var other = policy.Explain("x@other.example");
            other.Bounce.ShouldBe(new(2.5m, "[default] at SINK_DEFAULT_BOUNCE"));
            other.Defer.ShouldBe(new(20, "[default] at SINK_DEFAULT_DEFER"));
            policy.Explain("x@a.example").Defer.ShouldBe(new(90, $"[domain.\"a.example\"] at {folder.MainFile}(5,9)"));
            GC.Collect(); // What the files said is forgotten and read once more.
        }
    }

    [Fact]
    public void One_leaves_the_other_to_the_file()
    {
        using var folder = new PolicyFolder(Page);
        var explained = PolicyLoader.Load(folder.MainFile, bounce: Bounce).Snapshot!.Explain("x@other.example");

        (explained.Bounce.Percent, explained.Defer.Percent).ShouldBe((2.5m, 5));
        explained.Defer.Origin.ShouldEndWith("responses.toml(3,9)");
    }

    [Fact]
    public void A_file_that_gives_only_them_is_no_warning()
    {
        using var folder = new PolicyFolder("[default]\nbounce = 10");
        PolicyLoader.Load(folder.MainFile, bounce: Bounce).Diagnostics.ShouldBeEmpty();
    }

    [Fact]
    public void They_go_over_kept_files_too()
    {
        using var folder = new PolicyFolder("include = \"builtin:providers\"\n" + Page);
        var policy = PolicyLoader.Load(folder.MainFile, bounce: Bounce).Snapshot.ShouldNotBeNull();

        var kept = PolicyLoader.Load(policy.Texts, bounce: Bounce).Snapshot.ShouldNotBeNull();

        kept.Hash.ShouldBe(policy.Hash);
        kept.Explain("x@other.example").Bounce.Origin.ShouldBe("[default] at SINK_DEFAULT_BOUNCE");
        kept.EntryCount.ShouldBe(policy.EntryCount);
    }

    [Fact]
    public void They_are_obeyed()
    {
        using var folder = new PolicyFolder("seed = 1");
        var policy = PolicyLoader.Load(folder.MainFile, bounce: Bounce with { Percent = 100 }).Snapshot.ShouldNotBeNull();

        Dialog.With("x@other.example").Ask(policy).Reply.ShouldNotBeNull().Code.ShouldBe(550);
    }

    [Fact]
    public void A_sum_above_100_names_them_where_the_defaults_meet_and_the_file_where_a_domain_is_too_high()
    {
        using var folder = new PolicyFolder(Page);

        Load(Bounce with { Percent = 95.5m }, defer: null).ShouldBe(
        [
            "SINK_DEFAULT_BOUNCE: error: bounce 95.5 and defer 5 (from responses.toml(3,9)) add up to 100.5 percent, more than 100",
            "responses.toml(5,9): error: bounce 95.5 (from SINK_DEFAULT_BOUNCE) and defer 90 add up to 185.5 percent, more than 100",
        ]);
        Load(bounce: null, Defer with { Percent = 90.5m }).ShouldBe(
            ["SINK_DEFAULT_DEFER: error: bounce 10 (from responses.toml(2,10)) and defer 90.5 add up to 100.5 percent, more than 100"]);

        IEnumerable<string> Load(DefaultRate? bounce, DefaultRate? defer) => PolicyLoader.Load(folder.MainFile, bounce: bounce, defer: defer)
            .Diagnostics.Select(diagnostic => diagnostic.ToString().Replace(Path.GetDirectoryName(folder.MainFile) + "/", string.Empty, StringComparison.Ordinal))
            .OrderByDescending(line => line.StartsWith("SINK", StringComparison.Ordinal));
    }

    [Fact]
    public void Policies_that_differ_in_them_have_different_hashes()
    {
        using var folder = new PolicyFolder(Page);
        string[] hashes =
        [
            HashOf(null, null), HashOf(Bounce, null), HashOf(null, Defer), HashOf(Bounce, Defer), HashOf(Bounce with { Percent = 2 }, null),
        ];

        hashes.ShouldBeUnique();
        HashOf(Bounce, Defer).ShouldBe(hashes[3]);

        string HashOf(DefaultRate? bounce, DefaultRate? defer) => PolicyLoader.Load(folder.MainFile, bounce: bounce, defer: defer).Snapshot!.Hash;
    }
}
