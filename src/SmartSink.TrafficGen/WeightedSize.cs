namespace SmartSink.TrafficGen;

/// <summary>A size of text and its share among the messages.</summary>
/// <param name="Bytes">0 or more.</param>
/// <param name="Weight">0 or more; not all of a list are 0.</param>
internal readonly record struct WeightedSize(int Bytes, double Weight);
