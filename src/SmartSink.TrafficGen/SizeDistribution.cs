namespace SmartSink.TrafficGen;

/// <summary>How the sizes of messages spread: a list of sizes by weight, or lognormal around a median.</summary>
internal sealed record SizeDistribution
{
    /// <summary>The sizes to draw from; empty for the lognormal distribution.</summary>
    public IReadOnlyList<WeightedSize> Sizes { get; init; } = [];

    /// <summary>The lognormal distribution's median in octets, at least 1.</summary>
    public int Median { get; init; }

    /// <summary>The standard deviation of the logarithm, above 0.</summary>
    public double Sigma { get; init; }
}
