namespace SmartSink.Shared;

/// <summary>A fixed set of counters that many threads add to without waiting for each other; a reader sums the lanes.</summary>
internal sealed class StripedCounters
{
    /// <summary>Two cache lines of 64 octets, as neighbours are fetched in pairs.</summary>
    private const int Padding = 16;

    private readonly long[][] _lanes;

    /// <summary>Makes counters that stand at 0.</summary>
    public StripedCounters(int count)
    {
        Count = count;
        _lanes = new long[Stripe.Count][];
        for (var lane = 0; lane < _lanes.Length; lane++)
        {
            _lanes[lane] = new long[Padding + count + Padding];
        }
    }

    /// <summary>How many counters there are.</summary>
    public int Count { get; }

    /// <summary>Adds to a counter, 0 to <see cref="Count"/> - 1.</summary>
    public void Add(int counter, long amount = 1) => Interlocked.Add(ref _lanes[Stripe.Index][Padding + counter], amount);

    /// <summary>What a counter has come to; never less than an earlier answer.</summary>
    public long Read(int counter)
    {
        var sum = 0L;
        foreach (var lane in _lanes)
        {
            sum += Volatile.Read(ref lane[Padding + counter]);
        }

        return sum;
    }
}
