using System.Numerics;

namespace SmartSink.Shared;

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
