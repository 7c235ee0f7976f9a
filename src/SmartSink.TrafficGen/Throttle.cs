namespace SmartSink.TrafficGen;

/// <summary>A rate that is not exceeded.</summary>
/// <param name="Limit">Messages in a period, at least 1.</param>
/// <param name="Period">The period, above zero.</param>
/// <param name="MaxBurst">How many may go at once after a pause, at least 1.</param>
internal sealed record Throttle(long Limit, TimeSpan Period, long MaxBurst);
