namespace SmartSink.PeerBenchmarks.Charting;

/// <summary>An axis: the values written at it, and the place of any value.</summary>
internal sealed class ChartAxis
{
    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];

    private readonly Func<double, double> _scale;

    private ChartAxis(IReadOnlyList<double> ticks, Func<double, double> scale)
    {
        Ticks = ticks;
        _scale = scale;
    }

    /// <summary>The values written at it, rising; the first and the last are its ends.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>From 0 in four to six round steps.</summary>
    /// <param name="highest">The highest value to show, above 0.</param>
    public static ChartAxis Linear(double highest)
    {
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(highest / 5)));
        var step = Steps.Select(factor => factor * magnitude).First(step => step * 5 >= highest);
        return new ChartAxis([.. Enumerable.Range(0, (int)Math.Ceiling(highest / step) + 1).Select(index => index * step)], value => value);
    }

    /// <summary>Equal factors are equal distances; ticks at 1, 2, 5, 10, ...</summary>
    /// <param name="lowest">The lowest value to show, above 0.</param>
    /// <param name="highest">The highest value to show.</param>
    public static ChartAxis Logarithmic(double lowest, double highest)
    {
        var round = Enumerable.Range(-6, 18).SelectMany(power => new[] { 1, 2, 5 }.Select(digit => digit * Math.Pow(10, power))).ToArray();
        var first = round.Last(tick => tick <= lowest);
        var last = round.First(tick => tick >= highest && tick > first);
        return Logarithmic([.. round.Where(tick => tick >= first && tick <= last)]);
    }

    /// <summary>Equal factors are equal distances.</summary>
    /// <param name="ticks">The values to write at it, above 0 and rising.</param>
    public static ChartAxis Logarithmic(IReadOnlyList<double> ticks) => new(ticks, Math.Log10);

    /// <summary>The place of a value: 0 at the first tick, 1 at the last.</summary>
    public double Place(double value)
    {
        var first = _scale(Ticks[0]);
        var span = _scale(Ticks[^1]) - first;
        return span > 0 ? (_scale(value) - first) / span : 0.5;
    }
}
