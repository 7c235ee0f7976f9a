namespace SmartSink.Policy.Tests.Decisions;

public sealed class StickyTests
{
    private const string Sticky = """
        sticky = true
        [default]
        bounce = 20
        defer = 40
        [domain."loose.example"]
        sticky = false
        [domain."*.like.example"]
        like = "loose.example"
        [[bounce."*"]]
        code = 550
        msg = "a"
        [[bounce."*"]]
        code = 551
        msg = "b"
        """;

    [Theory]
    [InlineData("")]
    [InlineData("seed = 9\n")]
    public void An_address_that_bounces_once_bounces_always_and_in_every_revision(string seed)
    {
        var policy = PolicyFolder.Snapshot(seed + Sticky);
        var again = PolicyFolder.Snapshot(seed + Sticky + "\n[domain.\"new.example\"]\nbounce = 1");

        var tries = Enumerable.Range(0, 5).Select(i => Sample.Codes(i < 3 ? policy : again, "example.com", 2000).Select(code => code >= 500 ? code : 0)).ToList();

        tries.ShouldAllBe(bounces => bounces.SequenceEqual(tries[0]));
        tries[0].Count(code => code == 550).ShouldBeInRange(140, 260);
        tries[0].Count(code => code == 551).ShouldBeInRange(140, 260);
    }

    [Fact]
    public void A_deferral_is_drawn_anew_and_keeps_its_share_of_all_recipients()
    {
        var policy = PolicyFolder.Snapshot("seed = 9\n" + Sticky);

        var deferred = Enumerable.Range(0, 20).Select(_ => Sample.Codes(policy, "example.com", 2000).Select(code => code is >= 400 and < 500).ToList()).ToList();

        deferred.Sum(round => round.Count(deferral => deferral)).ShouldBeInRange(15_300, 16_700);
        deferred[1].SequenceEqual(deferred[0]).ShouldBeFalse();
    }

    [Fact]
    public void The_seed_chooses_who_bounces()
    {
        var one = Sample.Codes(PolicyFolder.Snapshot("seed = 1\n" + Sticky), "example.com", 500).Select(code => code >= 500);
        var two = Sample.Codes(PolicyFolder.Snapshot("seed = 2\n" + Sticky), "example.com", 500).Select(code => code >= 500);

        one.SequenceEqual(two).ShouldBeFalse();
    }

    [Fact]
    public void The_case_of_an_address_and_the_suffix_do_not_matter()
    {
        var policy = PolicyFolder.Snapshot("domain_suffix = \"sink.test\"\n" + Sticky);

        foreach (var i in Enumerable.Range(0, 200))
        {
            var lower = Dialog.With($"user{i}@example.com").Ask(policy).Reply?.Code >= 500;
            (Dialog.With($"USER{i}@example.com.sink.test").Ask(policy).Reply?.Code >= 500).ShouldBe(lower);
        }
    }

    [Theory]
    [InlineData("loose.example")]
    [InlineData("x.like.example")]
    public void A_domain_may_stay_out(string domain)
    {
        var policy = PolicyFolder.Snapshot(Sticky);

        Enumerable.Range(0, 300).Select(_ => Dialog.With("someone@" + domain).Ask(policy).Reply?.Code >= 500).Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(100, 0)]
    [InlineData(0, 100)]
    [InlineData(60, 40)]
    public void Rates_stay_exact(int bounce, int defer)
    {
        var policy = PolicyFolder.Snapshot($"sticky = true\ndefault = {{ bounce = {bounce}, defer = {defer} }}");

        var codes = Sample.Codes(policy, "example.com", 20_000);

        codes.Count(code => code == 250).ShouldBe(0);
        codes.Count(code => code == 550).ShouldBeInRange(bounce * 190, bounce * 210);
    }
}
