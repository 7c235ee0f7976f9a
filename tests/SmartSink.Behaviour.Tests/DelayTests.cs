using SmartSink.Policy.Model;

namespace SmartSink.Behaviour.Tests;

/// <summary>What delays become for random bits.</summary>
public sealed class DelayTests
{
    [Theory]
    [InlineData(0UL, 5)]
    [InlineData(1UL << 63, 18)]
    [InlineData(ulong.MaxValue, 30)]
    public void A_range_is_spread_evenly(ulong draw, int milliseconds) =>
        new Delay(DelayKind.Range, 5, 30).Of(draw).ShouldBe(milliseconds);

    [Fact]
    public void Half_of_a_log_normal_delay_lies_below_its_median()
    {
        var delay = new Delay(DelayKind.LogNormal, 50, 0.5);
        var random = new Random(42);

        var below = Enumerable.Range(0, 100_000).Count(_ => delay.Of((ulong)random.NextInt64(long.MinValue, long.MaxValue)) < 50);

        // Whole milliseconds: 49.9 counts as 49.
        below.ShouldBeInRange(49_000, 51_000);
    }
}
