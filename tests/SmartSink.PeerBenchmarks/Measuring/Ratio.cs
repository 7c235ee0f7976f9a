namespace SmartSink.PeerBenchmarks.Measuring;

/// <summary>How one sink's figures stand to another's.</summary>
/// <param name="Median">The median of the rounds' own ratios.</param>
/// <param name="Lowest">The lowest of them.</param>
/// <param name="Highest">The highest of them.</param>
internal sealed record Ratio(double Median, double Lowest, double Highest)
{
    /// <summary>Compares two sinks round by round: a neighbour on the machine slows both runs of a round more alike than two rounds.</summary>
    public static Ratio Of(IEnumerable<double> own, IEnumerable<double> other)
    {
        var ratios = own.Zip(other, (ours, theirs) => ours / theirs).ToArray();
        return new Ratio(Measuring.Median.Of(ratios), ratios.Min(), ratios.Max());
    }
}
