namespace SmartSink.TrafficGen.Reporting;

/// <summary>A fixed set of counters that many threads add to without waiting for each other; a reader sums the lanes.</summary>
internal sealed class StripedCounters
{
    /// <summary>Two cache lines of 64 octets, as neighbours are fetched in pairs.</summary>
    private const int Padding = 16;

    private readonly long[][] _lanes;

    /// <summary>Makes counters that stand at 0.</summary>
    public StripedCounters(int count) =>
        _lanes = [.. Enumerable.Range(0, Stripe.Count).Select(_ => new long[Padding + count + Padding])];

    /// <summary>Adds to a counter, from 0.</summary>
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
