namespace SmartSink.Policy.Tests.Decisions;

public sealed class LikeTests
{
    private static readonly PolicySnapshot Policy = PolicyFolder.Snapshot("""
        sticky = false
        [default]
        bounce = 1
        defer = 2

        [domain."yahoo.example"]
        bounce = 5
        sticky = true

        [domain."aol.example"]
        like = "yahoo.example"
        defer = 20

        [domain."*.aim.example"]
        like = "AOL.example"

        [[bounce."yahoo.example"]]
        code = 551
        msg = "yahoo"

        [[defer."yahoo.example"]]
        code = 451
        msg = "yahoo"

        [[defer."aol.example"]]
        code = 452
        msg = "aol"

        [[bounce."*"]]
        code = 550
        msg = "all"
        """);

    [Theory]
    [InlineData("yahoo.example", 5, 2, 551, 451)]
    [InlineData("aol.example", 5, 20, 551, 452)]
    [InlineData("a.aim.example", 5, 20, 551, 452)]
    public void Rates_behaviour_and_replies_are_shared_and_own_keys_override(string domain, int bounce, int defer, int bounceCode, int deferCode)
    {
        var explanation = Policy.Explain("x@" + domain);

        explanation.Bounce.Percent.ShouldBe(bounce);
        explanation.Defer.Percent.ShouldBe(defer);
        explanation.Sticky.ShouldBeTrue();
        explanation.Replies.Select(reply => reply.Code).ShouldBe([bounceCode, deferCode]);
        Dialog.With("permfail@" + domain).Ask(Policy).Reply.ShouldNotBeNull().Code.ShouldBe(bounceCode);
        Dialog.With("tempfail@" + domain).Ask(Policy).Reply.ShouldNotBeNull().Code.ShouldBe(deferCode);
    }

    [Fact]
    public void A_chain_may_be_long_but_not_endless()
    {
        static string Chain(int length) => string.Concat(Enumerable.Range(0, length).Select(i => $"[domain.\"d{i}.example\"]\nlike = \"d{i + 1}.example\"\n"));

        PolicyFolder.Diagnostics(Chain(16) + "[domain.\"d16.example\"]\nbounce = 7").ShouldBeEmpty();
        PolicyFolder.Diagnostics(Chain(17) + "[domain.\"d17.example\"]").ShouldBe(["responses.toml(2,8): error: like leads through more than 16 domains"]);
    }
}
