using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>What SmartSink's processor time per message may be, as a multiple of a peer's.</summary>
internal static class ThroughputMark
{
    /// <summary>The mark of a case, whatever its number of sessions.</summary>
    /// <param name="load">The case.</param>
    /// <param name="peer">The peer's name.</param>
    /// <returns>The highest ratio that meets the mark, or null where there is none.</returns>
    public static double? Of(ThroughputCase load, string peer) => (peer, load.Bytes, load.Kept) switch
    {
        (SinkNames.Floor or SinkNames.RefusingFloor, _, true) => 1.10,
        (SinkNames.Floor or SinkNames.RefusingFloor, _, false) => 1.15,
        (SinkNames.SmtpSink, 1_000, true) => 0.80,
        (SinkNames.SmtpSink, 1_000, false) => 0.85,
        (SinkNames.SmtpSink, 100_000, true) => 0.12,
        (SinkNames.SmtpSink, 100_000, false) => 0.20,
        _ => null,
    };

    /// <summary>Says what a measured ratio makes of a mark.</summary>
    public static string Verdict(double mark, Ratio ratio) => (ratio.Median <= mark, ratio.Lowest <= mark, ratio.Highest <= mark) switch
    {
        _ when !double.IsFinite(ratio.Median) => "too little to tell",
        (true, _, true) => "met in every round",
        (true, _, false) => $"met; in the worst round missed by {ratio.Highest - mark:0.00}",
        (false, true, _) => $"missed by {ratio.Median - mark:0.00}; met in a round",
        (false, false, _) => $"missed by {ratio.Median - mark:0.00}",
    };
}
