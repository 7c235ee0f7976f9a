using System.Numerics;
using SmartSink.Shared;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>Takes times from many threads: no lock, no allocation. A reader sums the lanes.</summary>
internal sealed class LatencyRecorder
{
    private readonly Lane[] _lanes = [.. Enumerable.Range(0, Stripe.Count).Select(_ => new Lane())];
    public void Record(long nanoseconds) => _lanes[Stripe.Index].Record(Math.Max(0, nanoseconds));

    public LatencySummary Read()
    {
        var buckets = new long[LatencyBuckets.Count];
        var sum = 0L;
        var least = long.MaxValue;
        var most = 0L;
        foreach (var lane in _lanes)
        {
            lane.AddTo(buckets);
            sum += Volatile.Read(ref lane.Sum);
            least = Math.Min(least, Volatile.Read(ref lane.Least));
            most = Math.Max(most, Volatile.Read(ref lane.Most));
        }

        return new LatencySummary(buckets, sum, least, most);
    }

    private sealed class Lane
    {
        private readonly long[] _buckets = new long[LatencyBuckets.Count];

        public long Sum;
        public long Least = long.MaxValue;
        public long Most;

        public void Record(long nanoseconds)
        {
            Interlocked.Add(ref Sum, nanoseconds);
            Lower(nanoseconds);
            Raise(nanoseconds);

            // Last: whoever reads this bucket also finds the bounds.
            Interlocked.Increment(ref _buckets[LatencyBuckets.Index(nanoseconds)]);
        }

        public void AddTo(long[] sums)
        {
            for (var bucket = 0; bucket < sums.Length; bucket++)
            {
                sums[bucket] += Volatile.Read(ref _buckets[bucket]);
            }
        }

        private void Lower(long value)
        {
            for (var known = Volatile.Read(ref Least); value < known;)
            {
                var found = Interlocked.CompareExchange(ref Least, value, known);
                if (found == known)
                {
                    return;
                }

                known = found;
            }
        }

        private void Raise(long value)
        {
            for (var known = Volatile.Read(ref Most); value > known;)
            {
                var found = Interlocked.CompareExchange(ref Most, value, known);
                if (found == known)
                {
                    return;
                }

                known = found;
            }
        }
    }
}

/// <summary>
/// Which bucket a time belongs to. Up to 127 ns each has its own; above, every power of two is cut into 64 equal buckets, and a bucket
/// speaks with its middle: so no value is reported more than 1/128 (0.8 %) off.
/// </summary>
internal static class LatencyBuckets
{
    private const int SubBucketBits = 6;
    private const int SubBuckets = 1 << SubBucketBits;

    /// <summary>The longest time that is told apart: 2^43 ns, nearly two and a half hours. What is longer counts as this.</summary>
    public const long Longest = (1L << 43) - 1;

    public static int Count { get; } = Index(Longest) + 1;

    /// <summary>The bucket of a time in nanoseconds, which may be anything: below 0 counts as 0.</summary>
    public static int Index(long nanoseconds)
    {
        var value = Math.Clamp(nanoseconds, 0, Longest);
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - SubBucketBits);
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    /// <summary>The middle of a bucket, in nanoseconds.</summary>
    public static long Middle(int index)
    {
        var shift = Math.Max(0, (index / SubBuckets) - 1);
        var lowest = (long)(index - (shift * SubBuckets)) << shift;
        return lowest + ((1L << shift) / 2);
    }
}

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

    public long Count { get; }
    public TimeSpan Least => Time(_least);
    public TimeSpan Most => Time(_most);
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
