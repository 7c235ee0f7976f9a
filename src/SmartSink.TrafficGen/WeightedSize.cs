namespace SmartSink.TrafficGen;

/// <summary>A size of text and its share among the messages.</summary>
/// <param name="Octets">0 or more.</param>
/// <param name="Weight">0 or more; not all of a list are 0.</param>
internal readonly record struct WeightedSize(int Octets, double Weight);
