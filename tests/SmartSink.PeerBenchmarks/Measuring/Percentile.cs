namespace SmartSink.PeerBenchmarks.Measuring;

/// <summary>A percentile of raw samples.</summary>
internal static class Percentile
{
    /// <summary>The least sample that this share of all samples does not exceed (nearest rank).</summary>
    /// <param name="sorted">The samples, the lowest first; at least one.</param>
    /// <param name="share">Above 0 and at most 1: 0.99 for the 99th percentile.</param>
    public static double Of(IReadOnlyList<double> sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
}
