using Prometheus;
using SmartSink.Shared;

namespace SmartSink.Telemetry;

/// <summary>
/// Histograms of values that come together, one for each. Many threads write, each into a lane of its own if it can, and the page takes the
/// sum. A lane's first word says that somebody is in it, so that a value and its bucket are seen both or not at all; who finds a lane taken
/// goes to the next, and never waits.
/// </summary>
internal sealed class StripedHistograms
{
    /// <summary>Two cache lines of 64 bytes, as neighbours are fetched in pairs.</summary>
    private const int Padding = 16;

    private const int Taken = Padding;
    private const int First = Taken + 1;

    private readonly HistogramScale[] _scales;
    private readonly long[][] _lanes;
    private readonly long[] _shown;

    /// <summary>Makes histograms without a value.</summary>
    /// <param name="scales">One for each histogram.</param>
    public StripedHistograms(params HistogramScale[] scales)
    {
        _scales = scales;
        _shown = new long[First + scales.Sum(scale => 2 * scale.Buckets)];
        _lanes = [.. Enumerable.Range(0, Stripe.Count).Select(_ => new long[_shown.Length + Padding])];
    }

    /// <summary>Counts one value in each histogram, in the units of its scale.</summary>
    public void Record(params ReadOnlySpan<long> values)
    {
        var index = Stripe.Index;
        while (!TryEnter(_lanes[index]))
        {
            index = (index + 1) & (_lanes.Length - 1);
        }

        var lane = _lanes[index];
        var counts = First;
        for (var i = 0; i < _scales.Length; i++)
        {
            var scale = _scales[i];
            var bucket = counts + scale.BucketOf(values[i]);
            lane[bucket]++;
            lane[bucket + scale.Buckets] += values[i];
            counts += 2 * scale.Buckets;
        }

        Leave(lane);
    }

    /// <summary>
    /// Adds what came since the last call, one call at a time. A histogram takes one value and how often it came: the mean of those new in a
    /// bucket lies in that bucket, and leaves the sum what it is.
    /// </summary>
    public void AddTo(params ReadOnlySpan<Histogram> histograms)
    {
        var now = Read();
        var counts = First;
        for (var i = 0; i < _scales.Length; i++)
        {
            var scale = _scales[i];
            for (var bucket = 0; bucket < scale.Buckets; bucket++)
            {
                var count = now[counts + bucket] - _shown[counts + bucket];
                if (count > 0)
                {
                    var sum = counts + scale.Buckets + bucket;
                    histograms[i].Observe(scale.MeanIn(bucket, now[sum] - _shown[sum], count), count);
                }
            }

            counts += 2 * scale.Buckets;
        }

        now.CopyTo(_shown, 0);
    }

    private static bool TryEnter(long[] lane) => Interlocked.CompareExchange(ref lane[Taken], 1, 0) == 0;

    private static void Leave(long[] lane) => Volatile.Write(ref lane[Taken], 0);

    private long[] Read()
    {
        var sum = new long[_shown.Length];
        var wait = default(SpinWait);
        foreach (var lane in _lanes)
        {
            while (!TryEnter(lane))
            {
                wait.SpinOnce();
            }

            for (var cell = First; cell < sum.Length; cell++)
            {
                sum[cell] += lane[cell];
            }

            Leave(lane);
        }

        return sum;
    }
}

/// <summary>The buckets of a histogram by upper bounds; one more takes what lies above them.</summary>
internal sealed class HistogramScale
{
    private readonly long[] _bounds;
    private readonly double _perUnit;

    private HistogramScale(long perUnit, params IEnumerable<long> bounds)
    {
        _perUnit = perUnit;
        _bounds = [.. bounds];
        Bounds = [.. _bounds.Select(bound => bound / _perUnit)];
    }

    /// <summary>Times in ticks, on the page in seconds: from 50 µs, as a message on one machine takes little more, to half an hour.</summary>
    public static HistogramScale Times { get; } = new(
        TimeSpan.TicksPerSecond,
        new[] { 50L, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000 }.Select(microseconds => microseconds * TimeSpan.TicksPerMicrosecond)
            .Concat(new[] { 1L, 2, 5, 10, 30, 60, 300, 1800 }.Select(seconds => seconds * TimeSpan.TicksPerSecond)));

    /// <summary>Sizes of messages in bytes.</summary>
    public static HistogramScale Sizes { get; } = new(1, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000);

    /// <summary>Recipients of messages.</summary>
    public static HistogramScale Recipients { get; } = new(1, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000);

    /// <summary>The upper bounds, as on the page.</summary>
    public double[] Bounds { get; }

    /// <summary>How many there are.</summary>
    public int Buckets => _bounds.Length + 1;

    /// <summary>Where a value belongs: most lie among the first.</summary>
    public int BucketOf(long value)
    {
        var bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    /// <summary>The mean of values of one bucket, as on the page, where no rounding lifts it over the bucket's bound.</summary>
    public double MeanIn(int bucket, long sum, long count) =>
        Math.Min((double)sum / count, bucket < _bounds.Length ? _bounds[bucket] : double.PositiveInfinity) / _perUnit;
}
