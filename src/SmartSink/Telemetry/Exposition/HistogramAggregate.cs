using SmartSink.Shared;

namespace SmartSink.Telemetry.Exposition;

/// <summary>Counts observations by upper bounds; many threads write, a scrape reads.</summary>
internal sealed class HistogramAggregate
{
    private readonly double[] _bounds;
    private readonly StripedCounters _buckets;
    private readonly double[][] _sums;

    /// <summary>Makes an empty one.</summary>
    /// <param name="bounds">Upper bounds, ascending; one bucket more takes what lies above them.</param>
    public HistogramAggregate(IReadOnlyList<double> bounds)
    {
        _bounds = [.. bounds];
        _buckets = new StripedCounters(_bounds.Length + 1);
        _sums = [.. Enumerable.Range(0, Stripe.Count).Select(_ => new double[8])];
    }

    /// <summary>The upper bounds.</summary>
    public IReadOnlyList<double> Bounds => _bounds;

    /// <summary>The sum of all observations.</summary>
    public double Sum => _sums.Sum(lane => Volatile.Read(ref lane[0]));

    /// <summary>Counts one observation; what is not a number is none.</summary>
    public void Record(double value)
    {
        if (double.IsNaN(value))
        {
            return;
        }

        var bucket = 0;
        while (bucket < _bounds.Length && value > _bounds[bucket])
        {
            bucket++;
        }

        _buckets.Add(bucket);
        ref var sum = ref _sums[Stripe.Index][0];
        double seen;
        do
        {
            seen = Volatile.Read(ref sum);
        }
        while (Interlocked.CompareExchange(ref sum, seen + value, seen) != seen);
    }

    /// <summary>Observations in one bucket alone, 0 to the number of bounds.</summary>
    public long InBucket(int bucket) => _buckets.Read(bucket);
}
