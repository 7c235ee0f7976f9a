namespace SmartSink.PeerBenchmarks.Charting;

/// <summary>One measure over the chart's x axis.</summary>
/// <param name="Title">What is measured, and its unit.</param>
/// <param name="Series">A line for each sink; the same number in each panel of a chart.</param>
internal sealed record ChartPanel(string Title, IReadOnlyList<ChartSeries> Series);
