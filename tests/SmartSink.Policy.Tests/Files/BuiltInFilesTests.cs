using System.Text;
using SmartSink.Policy.Files;
using SmartSink.Policy.Tests.Shipped;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Files;

public sealed class BuiltInFilesTests
{
    [Fact]
    public void They_are_the_folder_policy()
    {
        BuiltInFiles.All.Select(BuiltInFiles.PathOf).ShouldBe(
            ["provider-like.toml", "report.schema.json", "report.toml", "responses.schema.json", "responses.toml", "scenario.schema.json", .. Catalogue.Files.Select(file => "providers/" + file), .. Directory.EnumerateFiles(RepositoryRoot.Combine("policy/scenarios")).Select(file => "scenarios/" + Path.GetFileName(file))],
            ignoreOrder: true);
        foreach (var name in BuiltInFiles.All)
        {
            Encoding.UTF8.GetString(BuiltInFiles.Read(name)).ShouldBe(File.ReadAllText(RepositoryRoot.Combine("policy", BuiltInFiles.PathOf(name))), name);
        }
    }

    [Fact]
    public void A_policy_of_ones_own_has_the_catalogue_and_watches_only_its_file()
    {
        using var folder = new PolicyFolder("""
            include = ["builtin:providers"]
            [domain."corp.example"]
            like = "gmail.com"
            """);

        var result = folder.Load();

        result.Diagnostics.ShouldBeEmpty();
        result.Files.ShouldBe([folder.MainFile]);
        result.IncludeFolders.ShouldBeEmpty();
        result.Snapshot!.Explain("someone@corp.example").Replies
            .ShouldAllBe(reply => reply.Origin.StartsWith("builtin:providers/gmail.toml(", StringComparison.Ordinal));
        Dialog.With("permfail@gmail.com").Wire(result.Snapshot).ShouldContain("gsmtp");
    }

    [Theory]
    [InlineData("builtin:providers/gmail.toml", "gmail.toml")]
    [InlineData("builtin:providers/g?x.toml", "gmx.toml")]
    [InlineData("builtin:providers/yahoo*.toml", "yahoo.toml", "yahoo-japan.toml")]
    public void One_provider_or_some_can_be_taken(string include, params string[] files) =>
        PolicyFolder.Snapshot($"include = \"{include}\"").DomainCount.ShouldBe(files.Sum(file => Catalogue.ReadDomains(file).Count));

    [Theory]
    [InlineData("builtin:providers")]
    [InlineData("builtin:providers/")]
    [InlineData("builtin:providers/*")]
    [InlineData("builtin:providers/*.toml")]
    public void All_can_be_said_in_several_ways(string include) =>
        PolicyFolder.Snapshot($"include = [\"{include}\", \"builtin:providers/gmail.toml\"]").EntryCount.ShouldBe(ShippedCount());

    [Fact]
    public void Files_go_over_it_and_the_page_over_both_whatever_their_order()
    {
        using var folder = new PolicyFolder("""
            include = ["mine.toml", "builtin:providers/gmail.toml"]
            [[defer."gmail.com"]]
            code = 450
            msg = "page"
            """);
        folder.Write("mine.toml", """
            [domain."gmail.com"]
            bounce = 7
            [[bounce."gmail.com"]]
            code = 550
            msg = "mine"
            [[defer."gmail.com"]]
            code = 451
            msg = "mine, too"
            """);

        var explained = folder.Snapshot().Explain("x@googlemail.com");

        explained.Bounce.Percent.ShouldBe(7);
        explained.Replies.Select(reply => reply.FirstLine).ShouldBe(["mine", "page"]);
    }

    [Fact]
    public void A_provider_whose_every_key_is_overridden_is_no_warning() =>
        PolicyFolder.Diagnostics("include = \"builtin:providers\"\n[[bounce.\"web.de\"]]\ncode = 550\nmsg = \"5.1.1 no\"\n").ShouldBeEmpty();

    [Fact]
    public void Two_files_that_say_the_same_still_clash()
    {
        using var folder = new PolicyFolder("include = [\"builtin:providers\", \"*.toml\"]");
        folder.Write("a.toml", "[domain.\"gmail.com\"]\nbounce = 1").Write("b.toml", "[domain.\"gmail.com\"]\nbounce = 2");

        folder.Diagnostics().ShouldBe(["b.toml(2,10): error: bounce of [domain.\"gmail.com\"] is already given at a.toml(2,10)"]);
    }

    [Theory]
    [InlineData("builtin:provider", "responses.toml(1,11): error: builtin:provider cannot be read: there is no such built-in file, did you mean \"builtin:providers\"?")]
    [InlineData("builtin:providers/gmial.toml", "responses.toml(1,11): error: builtin:providers/gmial.toml cannot be read: there is no such built-in file, did you mean \"builtin:providers/gmail.toml\"?")]
    [InlineData("builtin:", "responses.toml(1,11): error: builtin: cannot be read: there is no such built-in file")]
    [InlineData("builtin:*", "responses.toml(1,11): warning: no file matches \"builtin:*\"")]
    [InlineData("builtin:providers/none-*.toml", "responses.toml(1,11): warning: no file matches \"builtin:providers/none-*.toml\"")]
    public void A_name_that_is_none_is_told(string include, string expected) =>
        PolicyFolder.Diagnostics($"include = \"{include}\"").ShouldBe([expected]);

    [Fact]
    public void Its_page_can_be_the_main_file()
    {
        var result = PolicyLoader.Load(BuiltInFiles.MainFile);

        result.Diagnostics.ShouldBeEmpty();
        result.Files.ShouldBeEmpty();
        result.Snapshot!.Hash.ShouldBe(ShippedPolicy.Snapshot.Hash);
        result.Snapshot.Explain("x@nowhere.example").Bounce.Origin.ShouldStartWith("[default] at builtin:responses.toml(");
    }

    private static int ShippedCount() => PolicyFolder.Snapshot($"include = \"{RepositoryRoot.Combine("policy", "providers")}/*.toml\"").EntryCount;
}
