namespace SmartSink.Policy.Tests.Decisions;

public sealed class DomainMatchingTests
{
    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot("""
        domain_suffix = ["sink.test", "deep.sink.test"]

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
    [InlineData("example.com.sink.test.sink.test", "other")]
    [InlineData("example.comsink.test", "other")]
    [InlineData("sink.test", "other")]
    public void The_exact_name_wins_then_the_longest_pattern(string domain, string entry) =>
        Policy.EntryName(Dialog.With("x@" + domain).Ask(Policy).Entry).ShouldBe(entry);

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
