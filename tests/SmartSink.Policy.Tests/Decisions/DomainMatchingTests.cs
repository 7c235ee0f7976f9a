using System.Text;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class DomainMatchingTests
{
    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot("""
        domain_suffix = ["sink.test", "deep.sink.test", "pool.test", "test"]

        [domain."Example.COM"]
        [domain."*.example.com"]
        [domain."*.mail.example.com"]
        [domain."mx.mail.example.com."]
        [domain."bu\u0308cher.example"]
        [domain."*.xn--bcher-kva.example"]
        [domain."[192.0.2.1]"]
        [domain."[IPv6:2001:DB8::1]"]
        [domain."com"]
        [domain."other"]

        [[bounce."listed.example"]]
        code = 550
        msg = "x"

        [[defer."*.listed.example"]]
        code = 450
        msg = "x"
        """);

    [Fact]
    public void Among_very_many_names_each_has_its_own_entry_and_no_other_has_one()
    {
        const int Names = 20_000;
        var table = new DomainTable([.. Enumerable.Range(0, Names).Select(i => new DomainKey($"mail{i}.provider{i % 97}.example", DomainKeyKind.Name))]);
        for (var i = 0; i < Names; i++)
        {
            table.Find(Encoding.ASCII.GetBytes($"mail{i}.provider{i % 97}.example")).Entry.ShouldBe(i + 1);
            table.Find(Encoding.ASCII.GetBytes($"mail{i}.provider{(i + 1) % 97}.example")).Entry.ShouldBe(0);
        }
    }

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("a.example.com", "*.example.com")]
    [InlineData("b.a.example.com", "*.example.com")]
    [InlineData("mail.example.com", "*.example.com")]
    [InlineData("a.mail.example.com", "*.mail.example.com")]
    [InlineData("mx.mail.example.com", "mx.mail.example.com")]
    [InlineData("a.mx.mail.example.com", "*.mail.example.com")]
    [InlineData("xample.com", "other")]
    [InlineData("notexample.com", "other")]
    [InlineData("example.com.au", "other")]
    [InlineData("com", "com")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("www.xn--bcher-kva.example", "*.xn--bcher-kva.example")]
    [InlineData("[192.0.2.1]", "[192.0.2.1]")]
    [InlineData("[192.0.2.2]", "other")]
    [InlineData("[ipv6:2001:db8::1]", "[ipv6:2001:db8::1]")]
    [InlineData("listed.example", "listed.example")]
    [InlineData("a.listed.example", "*.listed.example")]
    [InlineData("", "other")]
    [InlineData(".", "other")]
    [InlineData(".example.com", "*.example.com")]

    // The suffix goes first, once, the longest that fits; a domain that is nothing but the suffix stays.
    [InlineData("example.com.sink.test", "example.com")]
    [InlineData("a.example.com.deep.sink.test", "*.example.com")]
    [InlineData("example.com.pool.test", "example.com")]
    [InlineData("a.example.com.deep.pool.test", "other")]
    [InlineData("example.com.test", "example.com")]
    [InlineData("example.com.sink.test.sink.test", "other")]
    [InlineData("example.comsink.test", "other")]
    [InlineData("sink.test", "other")]
    public void The_exact_name_wins_then_the_longest_pattern(string domain, string entry) =>
        Policy.EntryName(Dialog.With("x@" + domain).Ask(Policy).Entry).ShouldBe(entry);

    [Theory]
    [InlineData("yahoo.com", "yahoo.*")]
    [InlineData("yahoo.net", "yahoo.*")]
    [InlineData("yahoo.org", "yahoo.*")]
    [InlineData("yahoo.info", "yahoo.*")]
    [InlineData("yahoo.biz", "yahoo.*")]
    [InlineData("yahoo.de", "yahoo.*")]
    [InlineData("yahoo.eu", "yahoo.*")]
    [InlineData("yahoo.fr", "yahoo.fr")]
    [InlineData("yahoo.co.uk", "yahoo.*")]
    [InlineData("yahoo.com.br", "yahoo.*")]
    [InlineData("yahoo.co.jp", "yahoo.*")]
    [InlineData("yahoo.ne.jp", "yahoo.*")]
    [InlineData("yahoo.com.np", "yahoo.*")]
    [InlineData("mail.yahoo.com", "mail.yahoo.*")]
    [InlineData("mail.yahoo.co.jp", "mail.yahoo.*")]
    [InlineData("mail.yahoo.co.nz", "*.yahoo.co.nz")]
    [InlineData("a.mail.yahoo.co.nz", "*.yahoo.co.nz")]
    [InlineData("ti.nz", "*.nz")]
    [InlineData("xn--bcher-kva.co.uk", "xn--bcher-kva.*")]

    // Names that are somebody else's.
    [InlineData("yahoo", "other")]
    [InlineData("yahoo.evil.test", "other")]
    [InlineData("yahoo.test", "other")]
    [InlineData("yahoo.example", "other")]
    [InlineData("yahoo.evil.com", "other")]
    [InlineData("yahoo.co.de", "other")]
    [InlineData("yahoo.com.de", "other")]
    [InlineData("yahoo.uk.com", "other")]
    [InlineData("yahoo.gov.uk", "other")]
    [InlineData("yahoo.co.uk.com", "other")]
    [InlineData("notyahoo.com", "other")]
    [InlineData("a.yahoo.com", "other")]
    [InlineData(".com", "other")]
    [InlineData("co.uk", "other")]
    public void A_star_behind_a_name_is_a_public_suffix(string domain, string entry)
    {
        var policy = PolicyFolder.Snapshot("""
            [domain."Yahoo.*"]
            [domain."yahoo.fr"]
            [domain."mail.yahoo.*"]
            [domain."*.yahoo.co.nz"]
            [domain."*.nz"]
            [domain."ti.*"]
            [domain."b\u00fccher.*"]
            """);

        policy.EntryName(Dialog.With("x@" + domain).Ask(policy).Entry).ShouldBe(entry);
        if (entry != "other")
        {
            policy.Explain("x@" + domain).Entry.ShouldBe(entry);
        }
    }

    [Fact]
    public void The_pattern_of_more_letters_wins_and_of_two_as_long_the_one_for_subdomains()
    {
        var policy = PolicyFolder.Snapshot("""
            [domain."*.nz"]
            [domain."ab.*"]
            [domain."abc.*"]
            """);

        policy.Explain("x@ab.nz").Entry.ShouldBe("*.nz");
        policy.Explain("x@abc.nz").Entry.ShouldBe("abc.*");
        policy.Explain("x@abc.nz").ToText().ShouldContain("  domain   abc.nz matches the pattern \"abc.*\"\n");
    }

    [Fact]
    public void Sister_entries_and_lists_go_by_patterns_as_by_names()
    {
        var policy = PolicyFolder.Snapshot("""
            [domain."yahoo.*"]
            bounce = 100
            defer = 0
            [domain."rocketmail.*"]
            like = "yahoo.*"
            [[bounce."yahoo.*"]]
            code = 554
            msg = "as yahoo does"
            [[mx]]
            networks = "192.0.2.0/24"
            hostname = "mx.example"
            domains = ["yahoo.*"]
            """);

        Dialog.With("x@yahoo.co.uk").Wire(policy).ShouldBe("554 as yahoo does");
        Dialog.With("x@rocketmail.com").Wire(policy).ShouldBe("554 as yahoo does");
        policy.Explain("x@rocketmail.com").LikeChain.ShouldBe(["yahoo.*"]);
    }

    [Fact]
    public void A_domain_that_is_called_as_the_rest_gets_a_name_of_its_own() =>
        Policy.EntryName(Dialog.With("x@other").Ask(Policy).Entry).ShouldBe("other.");

    [Fact]
    public void Entries_are_numbered_from_1_and_named_each_once()
    {
        Policy.EntryCount.ShouldBe(13);
        Enumerable.Range(0, Policy.EntryCount).Select(Policy.EntryName).Distinct().Count().ShouldBe(13);
    }

    [Fact]
    public void Every_one_of_many_domains_is_found()
    {
        const int Count = 20_000;
        var policy = PolicyFolder.Snapshot(string.Concat(Enumerable.Range(0, Count).Select(i => $"[domain.\"d{i}.example\"]\n")));
        var dialog = new Dialog();

        for (var i = 0; i < Count; i++)
        {
            dialog.Recipient($"x@d{i}.example");
            dialog.Ask(policy).Entry.ShouldBe(i + 1);
        }

        dialog.Recipient($"x@d{Count}.example");
        dialog.Ask(policy).Entry.ShouldBe(0);
    }
}
