namespace SmartSink.TrafficGen;

/// <summary>A domain and its share among the recipients.</summary>
/// <param name="Name">Without the suffix, in lower case.</param>
/// <param name="Weight">0 or more; not all of a list are 0.</param>
internal readonly record struct WeightedDomain(string Name, double Weight);
