namespace SmartSink.PeerBenchmarks.Starting;

/// <summary>One figure of one start.</summary>
/// <param name="Sink">Whose.</param>
/// <param name="Measure">What was measured, and in what.</param>
/// <param name="Figure">The figure.</param>
/// <param name="Mark">What it shall be at most, or null.</param>
internal sealed record StartReading(string Sink, string Measure, double Figure, double? Mark = null);
