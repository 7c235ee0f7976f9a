namespace SmartSink.TrafficGen;

/// <summary>A part of a rate profile, during which the rate goes evenly from one value to another.</summary>
/// <param name="From">Messages per second at its beginning, 0 or more.</param>
/// <param name="To">Messages per second at its end, 0 or more.</param>
/// <param name="Duration">How long it lasts, above zero.</param>
internal readonly record struct RateStage(double From, double To, TimeSpan Duration);
