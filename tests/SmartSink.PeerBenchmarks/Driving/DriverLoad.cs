namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>How the driver loads a sink, over connections that it keeps; each message has one recipient, and nothing is pipelined.</summary>
/// <param name="Connections">Connections at once.</param>
/// <param name="Octets">The length of a message.</param>
/// <param name="Domains">The recipients' domains, in turn.</param>
internal sealed record DriverLoad(int Connections, int Octets, IReadOnlyList<string> Domains);
