namespace SmartSink.Policy.Tests.Decisions;

public sealed class StrictTests
{
    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot("""
        [domain."gmail.example"]
        strict = true
        bounce = 0
        [[bounce."gmail.example"]]
        code = 550
        msg = "5.1.1 Nobody"
        [[bounce."gmail.example"]]
        code = 553
        msg = "5.1.3 <{recipient}> is not a valid address"
        [[bounce."gmail.example"]]
        code = 553
        msg = "5.1.2 No such domain"

        [domain."like.example"]
        like = "gmail.example"
        [domain."loose.example"]
        like = "gmail.example"
        strict = false
        [domain."plain.example"]
        strict = true
        """);

    [Theory]
    [InlineData("a..b@gmail.example", "553 5.1.3 <a..b@gmail.example> is not a valid address")]
    [InlineData("a..b@like.example", "553 5.1.3 <a..b@like.example> is not a valid address")]
    [InlineData("a..b@plain.example", "553 5.1.3 The recipient address is not a valid RFC 5321 address")]
    [InlineData("250-a..b@plain.example", "553 5.1.3 The recipient address is not a valid RFC 5321 address")]
    [InlineData("a..b@loose.example", "")]
    [InlineData("a..b@other.example", "")]
    public void A_loose_address_meets_the_domains_own_reply(string recipient, string wire)
    {
        var dialog = new Dialog { IsLoose = true };
        dialog.Recipient(recipient);
        dialog.Wire(Policy).ShouldBe(wire);
    }

    [Fact]
    public void A_good_address_meets_the_rates() => Dialog.With("a@gmail.example").Wire(Policy).ShouldBe("");

    [Fact]
    public void Default_holds_for_recipients_without_a_domain()
    {
        var policy = PolicyFolder.Snapshot("""
            [default]
            strict = true
            """);
        var dialog = new Dialog { IsLoose = true };
        dialog.Recipient("root");
        dialog.Wire(policy).ShouldBe("553 5.1.3 The recipient address is not a valid RFC 5321 address");
    }

    [Fact]
    public void Explain_says_so() =>
        Policy.Explain("a@like.example").ToText().ShouldContain("  strict   553 5.1.3 for an address that RFC 5321 does not allow   [domain.\"gmail.example\"] at ");
}
