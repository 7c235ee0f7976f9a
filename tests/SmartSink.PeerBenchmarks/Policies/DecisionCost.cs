using System.Diagnostics;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.Testing.Policies;

namespace SmartSink.PeerBenchmarks.Policies;

/// <summary>What a decision alone costs, taken in the benchmark's own process on one thread.</summary>
/// <param name="Nanoseconds">The median of the rounds.</param>
/// <param name="Bytes">Allocated for each, over all rounds.</param>
internal sealed record DecisionCost(double Nanoseconds, double Bytes)
{
    private const int Decisions = 2_000_000;

    /// <summary>Decides about recipients at all parts of a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="rounds">Runs that count, after as many in which the runtime compiles for good what is used often.</param>
    public static DecisionCost Measure(GeneratedPolicy policy, int rounds)
    {
        var decisions = new GeneratedDecisions(policy);
        Run(decisions, rounds);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var times = Run(decisions, rounds);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return new DecisionCost(Median.Of(times), Math.Floor((double)allocated / (rounds * Decisions)));
    }

    private static double[] Run(GeneratedDecisions decisions, int rounds)
    {
        var times = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var decision = 0; decision < Decisions; decision++)
            {
                decisions.Configured();
            }

            times[round] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / Decisions;
        }

        return times;
    }
}
