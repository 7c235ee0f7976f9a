using SmartSink.Smtp;

namespace SmartSink.Policy.Tests.Decisions;

public sealed class RateTests
{
    private const int Draws = 1_000_000;

    [Theory]
    [InlineData(10, 5)]
    [InlineData(0.5, 33.3)]
    [InlineData(50, 50)]
    [InlineData(0, 99.9)]
    public void A_million_draws_come_within_a_tenth_of_a_point(double bounce, double defer)
    {
        var policy = PolicyFolder.Snapshot($"""
            seed = 20260307
            [default]
            bounce = {bounce}
            defer = {defer}
            """);

        var (accepted, tempFail, permFail) = Sample.Outcomes(policy, "example.com", Draws);

        (permFail * 100.0 / Draws).ShouldBe(bounce, 0.1);
        (tempFail * 100.0 / Draws).ShouldBe(defer, 0.1);
        (accepted * 100.0 / Draws).ShouldBe(100 - bounce - defer, 0.1);
    }

    [Fact]
    public void Without_a_seed_the_rates_hold_as_well()
    {
        var policy = PolicyFolder.Snapshot("default = { bounce = 50 }");

        // Ten standard deviations: a fair generator never fails this.
        Sample.Outcomes(policy, "example.com", 100_000).PermFail.ShouldBeInRange(48_400, 51_600);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(100, 0, 2)]
    [InlineData(0, 100, 1)]
    public void Never_and_always_are_exact(double bounce, double defer, int outcome)
    {
        var policy = PolicyFolder.Snapshot($"default = {{ bounce = {bounce}, defer = {defer} }}");

        var (accepted, tempFail, permFail) = Sample.Outcomes(policy, "example.com", Draws);

        new[] { accepted, tempFail, permFail }[outcome].ShouldBe(Draws);
    }

    [Theory]
    [InlineData("33.3", "66.7")]
    [InlineData("99.9", "0.1")]
    [InlineData("14.3", "85.7")]
    public void Rates_that_add_up_to_100_on_paper_refuse_everyone(string bounce, string defer)
    {
        var policy = PolicyFolder.Snapshot($"default = {{ bounce = {bounce}, defer = {defer} }}");

        Sample.Outcomes(policy, "example.com", Draws).Accepted.ShouldBe(0);
    }

    [Fact]
    public void A_file_without_rates_accepts_everything() =>
        Sample.Outcomes(PolicyFolder.Snapshot(string.Empty), "example.com", 10_000).ShouldBe((10_000, 0, 0));

    [Fact]
    public void A_key_left_out_comes_from_the_default_and_that_from_0()
    {
        var policy = PolicyFolder.Snapshot("""
            [default]
            defer = 100
            [domain."none.example"]
            [domain."half.example"]
            defer = 0
            """);

        Sample.Outcomes(policy, "none.example", 1000).ShouldBe((0, 1000, 0));
        Sample.Outcomes(policy, "half.example", 1000).ShouldBe((1000, 0, 0));
    }

    [Theory]
    [InlineData(Stage.Connect)]
    [InlineData(Stage.Ehlo)]
    [InlineData(Stage.Mail)]
    [InlineData(Stage.Data)]
    public void Only_RCPT_is_decided_on(Stage stage)
    {
        var policy = PolicyFolder.Snapshot("default = { bounce = 100 }");

        Dialog.With("permfail@example.com").Ask(policy, stage).Reply.ShouldBeNull();
    }

    [Theory]
    [InlineData("connect", Stage.Rcpt)]
    [InlineData("ehlo", Stage.Rcpt)]
    [InlineData("mail", Stage.Rcpt)]
    [InlineData("rcpt", Stage.Rcpt)]
    [InlineData("data", Stage.Data)]
    public void A_reply_is_given_at_its_stage_or_else_at_RCPT(string stage, Stage given)
    {
        var policy = PolicyFolder.Snapshot($$"""
            default = { bounce = 100 }
            bounce."*" = [{ code = 550, msg = "x", stage = "{{stage}}" }]
            """);

        Dialog.With("x@example.com").Ask(policy).ReplyStage.ShouldBe(given);
    }

    [Fact]
    public void A_reply_counts_as_what_its_code_says()
    {
        var policy = PolicyFolder.Snapshot("""
            default = { defer = 100 }
            defer."*" = [{ code = 550, msg = "for good" }]
            """);

        Sample.Outcomes(policy, "example.com", 100).ShouldBe((0, 0, 100));
    }
}
