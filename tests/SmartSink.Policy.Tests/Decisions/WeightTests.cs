namespace SmartSink.Policy.Tests.Decisions;

public sealed class WeightTests
{
    [Fact]
    public void Replies_come_in_proportion_to_their_weights()
    {
        var policy = PolicyFolder.Snapshot("""
            seed = 1
            default.bounce = 100
            bounce."*" = [
              { code = 550, msg = "a" },
              { code = 551, msg = "b", weight = 2.5 },
              { code = 552, msg = "c", weight = 0 },
              { code = 553, msg = "d", weight = 6 },
              { code = 554, msg = "e", weight = 0.5 },
            ]
            """);

        var shares = Sample.Codes(policy, "example.com", 200_000).CountBy(code => code).ToDictionary(pair => pair.Key, pair => pair.Value / 2000.0);

        shares.Keys.Order().ShouldBe([550, 551, 553, 554]);
        shares[550].ShouldBe(10, 0.4);
        shares[551].ShouldBe(25, 0.4);
        shares[553].ShouldBe(60, 0.4);
        shares[554].ShouldBe(5, 0.4);
    }

    [Fact]
    public void The_choice_of_a_reply_does_not_depend_on_the_rate()
    {
        // Only the lowest fiftieth of all draws bounces: their replies must still be spread evenly.
        var policy = PolicyFolder.Snapshot("""
            seed = 1
            default.bounce = 2
            bounce."*" = [{ code = 550, msg = "a" }, { code = 551, msg = "b" }]
            """);

        var codes = Sample.Codes(policy, "example.com", 200_000);

        codes.Count(code => code == 550).ShouldBeInRange(1_800, 2_200);
        codes.Count(code => code == 551).ShouldBeInRange(1_800, 2_200);
    }
}
