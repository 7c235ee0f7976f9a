using System.Numerics;

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
    /// <returns>What the thread's lane of it has come to.</returns>
    public long Add(int counter, long amount = 1) => Interlocked.Add(ref _lanes[Stripe.Index][Padding + counter], amount);

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

/// <summary>Gives each thread a lane of its own, so that threads that count at the same time do not fight for one cache line.</summary>
internal static class Stripe
{
    private const int MostStripes = 64;

    /// <summary>The lane of the thread, from 1; 0 before it has one.</summary>
    [ThreadStatic]
    private static int _index;

    private static int _given;

    /// <summary>How many lanes there are: a power of two, more than threads that run at once.</summary>
    public static int Count { get; } = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount * 2, MostStripes));

    /// <summary>The calling thread's lane, 0 to <see cref="Count"/> - 1. Threads may share one: writers must be atomic.</summary>
    public static int Index
    {
        get
        {
            var index = _index;
            return index != 0 ? index - 1 : Assign();
        }
    }

    private static int Assign()
    {
        var index = Interlocked.Increment(ref _given) & (Count - 1);
        _index = index + 1;
        return index;
    }
}
