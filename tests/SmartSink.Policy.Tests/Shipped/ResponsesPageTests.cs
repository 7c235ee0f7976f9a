using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.Policy.Tests.Shipped;

public sealed partial class ResponsesPageTests
{
    [Fact]
    public void It_loads_with_its_catalogue_without_an_error_or_a_warning() =>
        ShippedPolicy.Loaded.Diagnostics.Select(diagnostic => diagnostic.ToString()).ShouldBeEmpty();

    [Fact]
    public void It_takes_in_every_file_of_the_catalogue()
    {
        var page = File.ReadAllText(Catalogue.MainFile);
        var policy = PolicyFolder.Snapshot(page.Replace("\"builtin:providers\"", $"\"{RepositoryRoot.Combine("policy", "providers", "*.toml")}\"", StringComparison.Ordinal));

        policy.EntryCount.ShouldBe(ShippedPolicy.Snapshot.EntryCount);
        policy.Hash.ShouldNotBe(ShippedPolicy.Snapshot.Hash);
    }

    /// <summary>policy/provider-like.toml is the page with another word; <c>SMARTSINK_WRITE_PROVIDERS=1</c> writes it.</summary>
    [Fact]
    public void It_stands_beside_a_page_that_behaves_as_the_providers_do()
    {
        var page = File.ReadAllText(Catalogue.MainFile);
        page.ShouldContain("\nbehaviour = \"dice\"");
        var expected = page.Replace("\nbehaviour = \"dice\"", "\nbehaviour = \"provider\"", StringComparison.Ordinal)
            .Insert(page.IndexOf('\n', StringComparison.Ordinal) + 1, "# responses.toml with one value changed, behaviour: limits, blocks and greylists apply too.\n#\n");
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_PROVIDERS") == "1")
        {
            File.WriteAllText(Catalogue.ProviderLikeFile, expected);
        }

        File.ReadAllText(Catalogue.ProviderLikeFile).ShouldBe(expected, "see CONTRIBUTING.md for how to write it anew");
        PolicyLoader.Load(Catalogue.ProviderLikeFile).Diagnostics.Select(diagnostic => diagnostic.ToString()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("gmail.com")]
    [InlineData("yahoo.com")]
    [InlineData("aol.com")]
    [InlineData("outlook.com")]
    [InlineData("hotmail.com")]
    [InlineData("contoso.mail.protection.outlook.com")]
    [InlineData("icloud.com")]
    [InlineData("comcast.net")]
    [InlineData("att.net")]
    [InlineData("gmx.de")]
    [InlineData("web.de")]
    [InlineData("t-online.de")]
    [InlineData("orange.fr")]
    [InlineData("mail.ru")]
    [InlineData("qq.com")]
    [InlineData("163.com")]
    public void It_sets_the_rates_of_the_big_providers(string domain)
    {
        var explained = ShippedPolicy.Snapshot.Explain(domain);

        foreach (var rate in new[] { explained.Bounce, explained.Defer })
        {
            rate.Percent.ShouldBeInRange(0.5m, 25m);
            rate.Origin.ShouldStartWith("[domain.", customMessage: domain);
            rate.Origin.ShouldContain("responses.toml");
        }
    }

    [Fact]
    public void Rates_of_a_sister_domain_leave_the_replies_that_it_shares()
    {
        var explained = ShippedPolicy.Snapshot.Explain("aol.com");

        explained.LikeChain.ShouldBe(["yahoo.com"]);
        explained.Bounce.Percent.ShouldNotBe(ShippedPolicy.Snapshot.Explain("yahoo.com").Bounce.Percent);
        ShippedPolicy.ShouldAnswerAs("yahoo.com", "aol.com");
    }

    [Fact]
    public void Its_example_of_own_replies_works()
    {
        var explained = ShippedPolicy.Snapshot.Explain("example.com");
        var sister = ShippedPolicy.Snapshot.Explain("example.net");

        explained.Replies.Select(reply => reply.Code).ShouldBe([550, 554, 421, 452]);
        explained.Replies.ShouldAllBe(reply => reply.Origin.Contains("responses.toml"));
        sister.Bounce.ShouldBe(explained.Bounce);
        sister.Defer.Percent.ShouldBe(0);
        sister.Replies.Select(reply => reply.Origin).ShouldBe(explained.Replies.Select(reply => reply.Origin));
    }

    [Fact]
    public void Its_examples_in_comments_work_once_they_are_switched_on()
    {
        using var folder = new TemporaryFolder();
        var page = CommentedSettingPattern().Replace(File.ReadAllText(Catalogue.MainFile), "$1");

        var loaded = PolicyLoader.Load(folder.Write("responses.toml", page));

        loaded.Diagnostics.Select(diagnostic => diagnostic.ToString()).ShouldBeEmpty();
        var policy = loaded.Snapshot.ShouldNotBeNull();
        policy.Explain("someone@gmail.com.sink.test").Domain.ShouldBe("gmail.com");
        policy.Explain("someone@gmail.com").Sticky.ShouldBeTrue();
        policy.Explain("someone@example.com").TlsRequiredBy.ShouldNotBeNull().ShouldContain("responses.toml");
        policy.Explain("someone@mail.example.org").Bounce.Percent.ShouldBe(100);
        policy.Explain("someone@contoso.example").LikeChain.ShouldBe(["*.mail.protection.outlook.com"]);
    }

    [Fact]
    public void It_stays_short_enough_to_be_read_before_it_is_edited()
    {
        var lines = File.ReadAllLines(Catalogue.MainFile);

        lines.Length.ShouldBeLessThanOrEqualTo(150);
        lines.ShouldAllBe(line => line.Length <= 120);
    }

    [GeneratedRegex(@"^# ((?:seed|sticky|domain_suffix|bounce|defer|like|tls) = |\[domain\.)", RegexOptions.Multiline, 60_000)]
    private static partial Regex CommentedSettingPattern();
}
