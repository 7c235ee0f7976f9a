namespace SmartSink.PeerBenchmarks.Charting;

/// <summary>One measure over the chart's x axis.</summary>
/// <param name="Title">What is measured, and its unit.</param>
/// <param name="Series">A line for each sink; the same sinks in each panel of a chart.</param>
/// <param name="Logarithmic">Whether the y axis is logarithmic; otherwise it begins at 0.</param>
internal sealed record ChartPanel(string Title, IReadOnlyList<ChartSeries> Series, bool Logarithmic)
{
    /// <summary>All points of all lines.</summary>
    public IEnumerable<(double X, double Y)> Points => Series.SelectMany(series => series.Points);

    /// <summary>An axis that shows them all.</summary>
    public ChartAxis Axis => Logarithmic
        ? ChartAxis.Logarithmic(Points.Min(point => point.Y), Points.Max(point => point.Y))
        : ChartAxis.Linear(Points.Max(point => point.Y));
}
