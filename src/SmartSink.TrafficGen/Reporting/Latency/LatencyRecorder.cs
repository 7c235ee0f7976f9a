using SmartSink.Shared;

namespace SmartSink.TrafficGen.Reporting.Latency;

/// <summary>Takes times from many threads: no lock, no allocation. A reader sums the lanes.</summary>
internal sealed class LatencyRecorder
{
    private readonly Lane[] _lanes = [.. Enumerable.Range(0, Stripe.Count).Select(_ => new Lane())];

    /// <summary>Takes a time in nanoseconds.</summary>
    public void Record(long nanoseconds) => _lanes[Stripe.Index].Record(Math.Max(0, nanoseconds));

    /// <summary>What came so far.</summary>
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
