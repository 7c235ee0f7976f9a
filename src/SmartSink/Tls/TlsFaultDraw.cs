namespace SmartSink.Tls;

/// <summary>A connection's luck: two numbers from 0 to less than 1.</summary>
/// <param name="ForAll">For the faults of all connections.</param>
/// <param name="ForName">For those of a server's name, apart, so that they come as often as they should among what the others left.</param>
internal sealed record TlsFaultDraw(double ForAll, double ForName);
