using System.Net;

namespace SmartSink.Proxy;

/// <summary>What a proxy's header says.</summary>
/// <param name="Length">The header's octets.</param>
/// <param name="Client">Who connected to the proxy; null when the header does not say, and the connection's own address holds.</param>
/// <param name="Destination">Where that client connected to; null when the header does not say.</param>
/// <param name="Authority">The name that the client gave for its destination, as by TLS' server name indication; null without one.</param>
internal readonly record struct ProxyHeader(int Length, IPEndPoint? Client = null, IPEndPoint? Destination = null, string? Authority = null);
