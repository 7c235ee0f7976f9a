using SmartSink.Policy.Files;

namespace SmartSink.Policy.Tests.Files;

public sealed class IncludeTests
{
    [Fact]
    public void The_main_files_keys_override_the_included_ones_key_by_key()
    {
        using var folder = new PolicyFolder("""
            include = ["providers/*.toml"]
            seed = 1

            [default]
            bounce = 20

            [domain."a.example"]
            bounce = 30

            [domain."b.example"]
            like = "c.example"
            """);
        folder.Write("providers/a.toml", """
            seed = 2
            sticky = true

            [default]
            bounce = 1
            defer = 2

            [domain."a.example"]
            bounce = 3
            defer = 4

            [domain."b.example"]
            like = "a.example"

            [domain."c.example"]
            defer = 7
            """);

        var policy = folder.Snapshot();

        Rates(policy, "x@a.example").ShouldBe((30, 4));
        Rates(policy, "x@b.example").ShouldBe((20, 7));
        Rates(policy, "x@c.example").ShouldBe((20, 7));
        Rates(policy, "x@elsewhere.example").ShouldBe((20, 2));
        policy.Explain("x@a.example").Sticky.ShouldBeTrue();
    }

    [Fact]
    public void A_reply_list_of_the_main_file_replaces_the_included_one_of_that_domain_and_kind()
    {
        using var folder = new PolicyFolder("""
            include = "more.toml"
            [[bounce."a.example"]]
            code = 551
            msg = "main"
            [[defer."*"]]
            code = 450
            msg = "main for all"
            """);
        folder.Write("more.toml", """
            [[bounce."a.example"]]
            code = 550
            msg = "one"
            [[bounce."a.example"]]
            code = 550
            msg = "two"
            [[defer."a.example"]]
            code = 451
            msg = "kept"
            [[defer."*"]]
            code = 452
            msg = "for all"
            """);

        var policy = folder.Snapshot();

        policy.Explain("a.example").Replies.Select(reply => (reply.Code, reply.FirstLine)).ShouldBe([(551, "main"), (451, "kept")]);
        Dialog.With("tempfail@b.example").Wire(policy).ShouldBe("450 main for all");
    }

    [Fact]
    public void A_list_given_by_the_main_file_does_not_hide_mistakes_in_the_included_one()
    {
        using var folder = new PolicyFolder("""
            include = "more.toml"
            [[bounce."a.example"]]
            code = 551
            msg = "main"
            """);
        folder.Write("more.toml", """
            [[bounce."a.example"]]
            code = 5
            msg = "{nobody}"
            """);

        folder.Diagnostics().ShouldBe(
        [
            "more.toml(1,1): warning: this file has no effect: responses.toml overrides every key in it",
            "more.toml(2,8): error: code = 5 is out of range; it must be 400 to 599",
            "more.toml(3,7): error: unknown placeholder {nobody}; write {{ for a literal brace",
        ]);
    }

    [Fact]
    public void Patterns_match_in_names_of_files_and_folders_but_not_what_is_hidden_nor_the_main_file()
    {
        using var folder = new PolicyFolder("include = [\"*.toml\", \"sub*/?.toml\", \"extra.toml\"]");
        foreach (var name in new[] { "b.toml", "a.toml", ".hidden.toml", "extra.toml", "a.toml.bak", "sub1/x.toml", "sub1/xy.toml", "sub2/y.toml", "other/z.toml", "sub3/.x/a.toml" })
        {
            folder.Write(name, string.Empty);
        }

        var result = folder.Load();

        result.Diagnostics.ShouldBeEmpty();
        result.Files.ShouldBe(new[] { "responses.toml", "a.toml", "b.toml", "extra.toml", "sub1/x.toml", "sub2/y.toml" }.Select(folder.PathOf));
        result.IncludeFolders.Order(StringComparer.Ordinal).ShouldBe(
            new[] { ".", "sub1", "sub2", "sub3" }.Select(name => Path.GetFullPath(folder.PathOf(name))));
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_watched_all_the_same()
    {
        using var folder = new PolicyFolder("include = \"later/*.toml\"");

        var result = folder.Load();

        result.HasErrors.ShouldBeFalse();
        result.IncludeFolders.ShouldBe([folder.PathOf("later")]);
        result.Diagnostics.ShouldHaveSingleItem().Severity.ShouldBe(DiagnosticSeverity.Warning);
    }

    [Fact]
    public void A_symbolic_link_is_followed()
    {
        using var folder = new PolicyFolder("include = \"*.toml\"");
        folder.Write("..data/linked.toml", "[default]\nbounce = 7");
        File.CreateSymbolicLink(folder.PathOf("linked.toml"), folder.PathOf("..data/linked.toml"));

        Rates(folder.Snapshot(), "x@any.example").Bounce.ShouldBe(7);
    }

    [Fact]
    public void Paths_are_absolute_and_messages_name_files_as_the_user_did()
    {
        using var folder = new PolicyFolder("include = [\"missing.toml\"]");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, folder.MainFile);

        var result = PolicyLoader.Load(relative);

        result.Files.ShouldBe([folder.MainFile, folder.PathOf("missing.toml")]);
        result.Diagnostics.ShouldHaveSingleItem().ToString().ShouldBe(
            $"{relative}(1,12): error: {Path.Combine(Path.GetDirectoryName(relative)!, "missing.toml")} cannot be read: there is no such file");
    }

    [Fact]
    public void What_is_no_regular_file_is_a_diagnostic()
    {
        using var folder = new PolicyFolder("include = [\"/dev/zero\", \"folder\"]");
        Directory.CreateDirectory(folder.PathOf("folder"));

        PolicyLoader.Load(folder.MainFile).Diagnostics.Select(diagnostic => diagnostic.ToString()).ShouldBe(
        [
            $"{folder.MainFile}(1,12): error: /dev/zero cannot be read: it is a device, not a regular file",
            $"{folder.MainFile}(1,25): error: {folder.PathOf("folder")} cannot be read: it is a folder",
        ]);
    }

    [Fact]
    public void A_pattern_that_looks_at_very_many_names_is_a_diagnostic()
    {
        using var folder = new PolicyFolder("include = [\"*/*.toml\", \"*.toml\"]");
        for (var i = 0; i < IncludeExpander.MostNames; i++)
        {
            folder.Write($"many/{i}", string.Empty);
        }

        PolicyLoader.Load(folder.MainFile).Diagnostics.Select(diagnostic => diagnostic.ToString()).ShouldBe(
        [
            $"{folder.MainFile}(1,12): error: the patterns up to \"*/*.toml\" scan more than 10000 names; name the folders more specifically",
            $"{folder.MainFile}(1,24): error: the patterns up to \"*.toml\" scan more than 10000 names; name the folders more specifically",
        ]);
    }

    [Fact]
    public void Files_that_are_too_large_together_are_a_diagnostic()
    {
        using var folder = new PolicyFolder("include = [\"a.toml\", \"b.toml\", \"c.toml\"]");
        var half = new string('#', (int)(PolicyFiles.MostBytes / 2));
        folder.Write("a.toml", half).Write("b.toml", half).Write("c.toml", "this is not read");

        PolicyLoader.Load(folder.MainFile).Diagnostics.ShouldContain(diagnostic =>
            diagnostic.ToString() == $"{folder.MainFile}(1,22): error: with {folder.PathOf("b.toml")} the files of the policy are larger than 64 MB, which is the limit for all of them together");
    }

    [Fact]
    public void What_is_kept_of_a_policy_is_the_same_policy_without_its_files()
    {
        PolicySnapshot before;
        using (var folder = new PolicyFolder("\uFEFFinclude = [\"b.toml\", \"*.toml\"]\n[default]\nbounce = 20\n"))
        {
            folder.Write("a.toml", "[default]\nbounce = 10\n[domain.\"a.example\"]\nbounce = 30\n").Write("b.toml", "[domain.\"a.example\"]\ndefer = 40\n");
            before = folder.Snapshot();
        }

        var after = PolicyLoader.Load(before.Texts).Snapshot.ShouldNotBeNull();
        after.Hash.ShouldBe(before.Hash);
        after.Explain("x@a.example").ToText().ShouldBe(before.Explain("x@a.example").ToText());
        after.Texts.ShouldBe(before.Texts);
    }

    [Fact]
    public void A_missing_main_file_is_a_diagnostic()
    {
        using var folder = new PolicyFolder();
        var result = PolicyLoader.Load(folder.PathOf("nowhere/else.toml"));

        result.Snapshot.ShouldBeNull();
        result.Files.ShouldBe([folder.PathOf("nowhere/else.toml")]);
        result.Diagnostics.ShouldHaveSingleItem().ToString().ShouldBe(
            $"{folder.PathOf("nowhere/else.toml")}(1,1): error: cannot be read: there is no such file");
    }

    [Fact]
    public void The_hash_depends_on_the_content_of_all_files_and_on_nothing_else()
    {
        using var one = new PolicyFolder("include = \"*.toml\"").Write("more.toml", "seed = 1");
        using var same = new PolicyFolder("include = \"*.toml\"").Write("more.toml", "seed = 1");
        using var other = new PolicyFolder("include = \"*.toml\"").Write("more.toml", "seed = 2");

        one.Snapshot().Hash.ShouldMatch("^[0-9a-f]{16}$");
        same.Snapshot().Hash.ShouldBe(one.Snapshot().Hash);
        other.Snapshot().Hash.ShouldNotBe(one.Snapshot().Hash);
    }

    private static (decimal Bounce, decimal Defer) Rates(PolicySnapshot policy, string address)
    {
        var explanation = policy.Explain(address);
        return (explanation.Bounce.Percent, explanation.Defer.Percent);
    }
}
