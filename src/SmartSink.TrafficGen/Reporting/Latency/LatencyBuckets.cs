using System.Numerics;

namespace SmartSink.TrafficGen.Reporting.Latency;

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

    /// <summary>How many buckets there are.</summary>
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
