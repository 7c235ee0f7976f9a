namespace SmartSink.Policy.Tests.Decisions;

/// <summary><c>triggers</c>: which local parts ask for an answer, in the whole policy and in a domain.</summary>
public sealed class TriggerSwitchTests
{
    private static readonly string[] Words = ["tempfail", "permfail", "450-x", "full-x"];

    [Theory]
    [InlineData("", "451 550 450 552")]
    [InlineData("triggers = true", "451 550 450 552")]
    [InlineData("triggers = false", "250 250 250 250")]
    [InlineData("triggers = []", "250 250 250 250")]
    [InlineData("triggers = [\"tempfail\", \"permfail\", \"codes\", \"labels\"]", "451 550 450 552")]
    [InlineData("triggers = \"tempfail\"", "451 250 250 250")]
    [InlineData("triggers = [\"permfail\"]", "250 550 250 250")]
    [InlineData("triggers = [\"codes\"]", "250 250 450 250")]
    [InlineData("triggers = [\"labels\", \"labels\"]", "250 250 250 552")]
    public void What_is_off_is_ordinary(string key, string codes) => ShouldAnswer(PolicyFolder.Snapshot(key), "a.example", codes);

    [Theory]
    [InlineData("false", 550)]
    [InlineData("[\"codes\"]", 250)]
    public void An_address_that_asks_to_be_accepted_meets_the_rates_where_that_is_off(string triggers, int code) =>
        (Dialog.With("250-x@a.example").Ask(PolicyFolder.Snapshot($"triggers = {triggers}\ndefault.bounce = 100")).Reply?.Code ?? 250).ShouldBe(code);

    [Fact]
    public void A_domain_has_its_own_else_that_of_the_one_it_is_like_else_that_of_the_policy()
    {
        var policy = PolicyFolder.Snapshot("""
            triggers = ["codes"]
            [domain."on.example"]
            triggers = true
            [domain."off.example"]
            triggers = false
            [domain."*.like.example"]
            like = "on.example"
            [domain."own.example"]
            like = "on.example"
            triggers = ["labels"]
            [domain."plain.example"]
            """);

        ShouldAnswer(policy, "elsewhere.example", "250 250 450 250");
        ShouldAnswer(policy, "plain.example", "250 250 450 250");
        ShouldAnswer(policy, "on.example", "451 550 450 552");
        ShouldAnswer(policy, "a.like.example", "451 550 450 552");
        ShouldAnswer(policy, "off.example", "250 250 250 250");
        ShouldAnswer(policy, "own.example", "250 250 250 552");
    }

    [Fact]
    public void The_main_file_goes_over_an_included_one()
    {
        using var folder = new PolicyFolder("include = \"more.toml\"\ntriggers = false\n[domain.\"a.example\"]\ntriggers = true\n");
        folder.Write("more.toml", "triggers = [\"codes\"]\n[domain.\"a.example\"]\ntriggers = false\n[domain.\"b.example\"]\ntriggers = \"labels\"\n");
        var policy = folder.Snapshot();

        ShouldAnswer(policy, "a.example", "451 550 450 552");
        ShouldAnswer(policy, "b.example", "250 250 250 552");
        ShouldAnswer(policy, "c.example", "250 250 250 250");
    }

    [Fact]
    public void A_policy_that_loses_the_key_says_less()
    {
        var all = PolicyFolder.Snapshot("triggers = false\n[domain.\"a.example\"]\ntriggers = true\nstrict = true\n").Size;

        PolicyFolder.Snapshot("[domain.\"a.example\"]\n").Size.LossFrom(all).ShouldBe("3 keys");
    }

    private static void ShouldAnswer(PolicySnapshot policy, string domain, string codes) =>
        string.Join(' ', Words.Select(word => Dialog.With($"{word}@{domain}").Ask(policy).Reply?.Code ?? 250)).ShouldBe(codes, domain);
}
