using FsCheck;
using FsCheck.Fluent;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Tests.Reporting;

public sealed class LatencyTests
{
    private const double LargestError = 0.01;
    private static readonly double[] Percents = [0.1, 10, 25, 50, 75, 90, 95, 99, 99.9, 100];

    /// <summary>Nanoseconds of every size: a mantissa and a power of two.</summary>
    private static readonly Arbitrary<long[]> Times =
        (from mantissa in Gen.Choose(0, 1 << 20)
         from power in Gen.Choose(0, 22)
         select (long)mantissa << power).NonEmptyListOf().Select(times => times.ToArray()).ToArbitrary();

    [Fact]
    public void Percentiles_are_those_of_the_sorted_times()
    {
        Prop.ForAll(Times, times =>
        {
            var summary = Record(times);
            Array.Sort(times);
            foreach (var percent in Percents)
            {
                var rank = (int)Math.Max(1, Math.Ceiling((percent / 100 * times.Length) - 1e-6));
                Near(summary.Percentile(percent), times[rank - 1]).ShouldBeTrue($"{percent} of {times.Length}");
            }
        }).QuickCheckThrowOnFailure(tests: 300);
    }

    [Fact]
    public void Least_most_mean_and_count_are_exact()
    {
        Prop.ForAll(Times, times =>
        {
            var summary = Record(times);
            summary.Count.ShouldBe(times.Length);
            summary.Least.ShouldBe(Ticks(times.Min()));
            summary.Most.ShouldBe(Ticks(times.Max()));
            summary.Mean.ShouldBe(Ticks(times.Sum() / times.Length));
        }).QuickCheckThrowOnFailure(tests: 300);
    }

    [Fact]
    public void Buckets_follow_each_other_without_a_gap()
    {
        for (var bucket = 1; bucket < LatencyBuckets.Count; bucket++)
        {
            var middle = LatencyBuckets.Middle(bucket);
            LatencyBuckets.Index(middle).ShouldBe(bucket);
            middle.ShouldBeGreaterThan(LatencyBuckets.Middle(bucket - 1));
        }
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(long.MaxValue, LatencyBuckets.Longest)]
    public void A_time_beyond_the_ends_counts_as_the_end(long given, long same) => LatencyBuckets.Index(given).ShouldBe(LatencyBuckets.Index(same));

    [Fact]
    public void Nothing_recorded_is_zero_everywhere()
    {
        var summary = new LatencyRecorder().Read();
        (summary.Count, summary.Least, summary.Mean, summary.Percentile(99), summary.Most)
            .ShouldBe((0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public void No_time_is_lost_among_threads()
    {
        const int each = 20_000;
        var recorder = new LatencyRecorder();
        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < each; i++)
            {
                recorder.Record((thread * each) + i);
            }
        });
        var summary = recorder.Read();
        (summary.Count, summary.Least, summary.Most).ShouldBe((8 * each, TimeSpan.Zero, Ticks((8 * each) - 1)));
    }

    private static LatencySummary Record(IEnumerable<long> times)
    {
        var recorder = new LatencyRecorder();
        foreach (var time in times)
        {
            recorder.Record(time);
        }

        return recorder.Read();
    }

    /// <summary>Within one percent, and the 100 ns that a TimeSpan can tell apart.</summary>
    private static bool Near(TimeSpan actual, long nanoseconds) =>
        Math.Abs((actual.Ticks * 100.0) - nanoseconds) <= (nanoseconds * LargestError) + 100;

    private static TimeSpan Ticks(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
