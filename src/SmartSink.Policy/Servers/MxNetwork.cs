using System.Net;

namespace SmartSink.Policy.Servers;

/// <summary>A network and the server that stands for it.</summary>
/// <param name="Network">The network.</param>
/// <param name="Server">The server.</param>
internal sealed record MxNetwork(IPNetwork Network, MxServer Server);
