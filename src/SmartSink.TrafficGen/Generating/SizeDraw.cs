namespace SmartSink.TrafficGen.Generating;

/// <summary>Draws the sizes of messages' texts.</summary>
internal sealed class SizeDraw
{
    /// <summary>No drawn size is above this, however wide the distribution.</summary>
    private const double Largest = 1 << 30;

    private readonly int _fixed;
    private readonly SizeDistribution? _distribution;
    private readonly WeightedDraw? _list;

    /// <summary>Prepares the draw that the options ask for.</summary>
    public SizeDraw(TrafficOptions options)
    {
        _fixed = options.BodySize;
        _distribution = options.Sizes;
        _list = _distribution is { Sizes.Count: > 0 } ? new WeightedDraw(_distribution.Sizes.Select(size => size.Weight)) : null;
    }

    /// <summary>Draws a size in octets.</summary>
    public int Draw(ref RandomStream random) =>
        _distribution is null ? _fixed
        : _list is not null ? _distribution.Sizes[_list.Draw(ref random)].Bytes
        : (int)Math.Min(_distribution.Median * Math.Exp(_distribution.Sigma * Normal(ref random)), Largest);

    // Box and Muller 1958.
    private static double Normal(ref RandomStream random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
