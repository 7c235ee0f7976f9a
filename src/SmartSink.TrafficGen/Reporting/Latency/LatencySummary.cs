namespace SmartSink.TrafficGen.Reporting.Latency;

/// <summary>A distribution of times. Least, most and mean are exact; the rest is at most 0.8 % off. All times are zero when there is none.</summary>
internal sealed class LatencySummary
{
    private readonly long[] _buckets;
    private readonly long _least;
    private readonly long _most;

    /// <summary>Freezes a distribution.</summary>
    /// <param name="buckets">By <see cref="LatencyBuckets"/>.</param>
    /// <param name="sum">Nanoseconds.</param>
    /// <param name="least">Nanoseconds.</param>
    /// <param name="most">Nanoseconds.</param>
    public LatencySummary(long[] buckets, long sum, long least, long most)
    {
        _buckets = buckets;
        Count = buckets.Sum();
        _least = Count == 0 ? 0 : least;
        _most = Count == 0 ? 0 : most;
        Mean = Time(Count == 0 ? 0 : sum / Count);
    }

    /// <summary>How many times were taken.</summary>
    public long Count { get; }

    /// <summary>The shortest.</summary>
    public TimeSpan Least => Time(_least);

    /// <summary>The longest.</summary>
    public TimeSpan Most => Time(_most);

    /// <summary>The mean.</summary>
    public TimeSpan Mean { get; }

    /// <summary>The time within which this share of all stayed: of 100 sorted times the 99th is the 99 percent one.</summary>
    /// <param name="percent">Above 0, up to 100.</param>
    public TimeSpan Percentile(double percent)
    {
        if (Count == 0)
        {
            return TimeSpan.Zero;
        }

        // A hair less, as 99.9 percent of 1000 must not become 999.0000000001 and so the 1000th.
        var rank = Math.Max(1, (long)Math.Ceiling((percent / 100 * Count) - 1e-6));
        var seen = 0L;
        var bucket = 0;
        while ((seen += _buckets[bucket]) < rank)
        {
            bucket++;
        }

        return Time(Math.Clamp(LatencyBuckets.Middle(bucket), _least, _most));
    }

    private static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
