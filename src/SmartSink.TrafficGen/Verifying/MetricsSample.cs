namespace SmartSink.TrafficGen.Verifying;

/// <summary>One sample of a metric.</summary>
/// <param name="Labels">By name.</param>
/// <param name="Value">Finite.</param>
internal sealed record MetricsSample(IReadOnlyDictionary<string, string> Labels, double Value);
