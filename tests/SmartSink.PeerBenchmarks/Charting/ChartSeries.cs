namespace SmartSink.PeerBenchmarks.Charting;

/// <summary>One line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">From left to right; X is positive.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points);
