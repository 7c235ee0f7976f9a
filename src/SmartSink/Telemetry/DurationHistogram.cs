using Prometheus;
using SmartSink.Shared;

namespace SmartSink.Telemetry;

/// <summary>
/// Times by upper bounds. Many threads write, each into a lane of its own if it can, and the page takes the sum. A lane's first word says that
/// somebody is in it, so that a time and its bucket are seen both or not at all; who finds a lane taken goes to the next, and never waits.
/// </summary>
internal sealed class DurationHistogram
{
    /// <summary>Two cache lines of 64 bytes, as neighbours are fetched in pairs.</summary>
    private const int Padding = 16;

    private const int Taken = Padding;
    private const int Counts = Taken + 1;

    /// <summary>The upper bounds; one bucket more takes what lies above them.</summary>
    public static IReadOnlyList<TimeSpan> Bounds { get; } =
        [.. new[] { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000 }.Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds))];

    private static readonly long[] BoundTicks = [.. Bounds.Select(bound => bound.Ticks)];
    private static readonly int Buckets = BoundTicks.Length + 1;
    private static readonly int Sums = Counts + Buckets;

    private readonly long[][] _lanes = [.. Enumerable.Range(0, Stripe.Count).Select(_ => new long[Sums + Buckets + Padding])];
    private readonly long[] _shown = new long[Sums + Buckets];

    public void Record(TimeSpan time)
    {
        var bucket = 0;
        while (bucket < BoundTicks.Length && time.Ticks > BoundTicks[bucket])
        {
            bucket++;
        }

        var index = Stripe.Index;
        while (!TryEnter(_lanes[index]))
        {
            index = (index + 1) & (_lanes.Length - 1);
        }

        var lane = _lanes[index];
        lane[Counts + bucket]++;
        lane[Sums + bucket] += time.Ticks;
        Leave(lane);
    }

    /// <summary>
    /// Adds what came since the last call, one call at a time. A histogram takes one value and how often it came: the mean of those new in a
    /// bucket lies in that bucket, and leaves the sum what it is.
    /// </summary>
    public void AddTo(Histogram histogram)
    {
        var now = Read();
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            var count = now[Counts + bucket] - _shown[Counts + bucket];
            if (count > 0)
            {
                var mean = (double)(now[Sums + bucket] - _shown[Sums + bucket]) / count;
                var highest = bucket < BoundTicks.Length ? BoundTicks[bucket] : double.PositiveInfinity;
                histogram.Observe(Math.Min(mean, highest) / TimeSpan.TicksPerSecond, count);
            }
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

            for (var cell = Counts; cell < sum.Length; cell++)
            {
                sum[cell] += lane[cell];
            }

            Leave(lane);
        }

        return sum;
    }
}
