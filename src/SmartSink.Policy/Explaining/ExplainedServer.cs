using System.Net;

namespace SmartSink.Policy.Explaining;

/// <summary>What a client's destination makes of it.</summary>
/// <param name="Destination">Where the client meant to connect to.</param>
/// <param name="Network">The network of <c>[[mx]]</c> that holds it; null when none does, and then the rest has no meaning.</param>
/// <param name="Hostname">The name that the sink answers under.</param>
/// <param name="Origin">Where the network stands, such as <c>responses.toml(12,14)</c>.</param>
/// <param name="ServesDomain">Whether the address's domain is among those of the entry, so that replies before RCPT are given at their own stage.</param>
public sealed record ExplainedServer(IPAddress Destination, IPNetwork? Network, string Hostname, string Origin, bool ServesDomain);
