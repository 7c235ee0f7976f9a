namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>How the driver loads a sink; each message has one recipient, and nothing is pipelined.</summary>
/// <param name="Connections">Connections at once.</param>
/// <param name="Octets">The length of a message.</param>
/// <param name="Kept">Whether a connection is kept for many messages.</param>
/// <param name="Domains">The recipients' domains, in turn.</param>
internal sealed record DriverLoad(int Connections, int Octets, bool Kept, IReadOnlyList<string> Domains);
