namespace SmartSink.PeerBenchmarks.Charting;

/// <summary>Round values along an axis that begins at 0.</summary>
internal static class LinearTicks
{
    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];

    /// <summary>Four to six ticks, the last at or above the highest value.</summary>
    /// <param name="highest">The highest value to show, above 0.</param>
    public static IReadOnlyList<double> Upto(double highest)
    {
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(highest / 5)));
        var step = Steps.Select(factor => factor * magnitude).First(step => step * 5 >= highest * (1 - 1e-9));
        return [.. Enumerable.Range(0, (int)Math.Ceiling((highest / step) - 1e-9) + 1).Select(index => index * step)];
    }
}
