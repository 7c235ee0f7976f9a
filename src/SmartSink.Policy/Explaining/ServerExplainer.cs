using System.Net;
using SmartSink.Policy.Merging;
using SmartSink.Policy.Servers;

namespace SmartSink.Policy.Explaining;

/// <summary>Tells which server of <c>[[mx]]</c> stands for an address.</summary>
/// <param name="policy">The merged files.</param>
/// <param name="servers">The snapshot's table.</param>
internal sealed class ServerExplainer(MergedPolicy policy, MxTable servers)
{
    /// <summary>Explains a destination.</summary>
    /// <param name="destination">The address.</param>
    /// <param name="entry">The entry of the domain that mail goes to.</param>
    public ExplainedServer Explain(IPAddress destination, int entry)
    {
        var address = destination.IsIPv4MappedToIPv6 ? destination.MapToIPv4() : destination;
        if (servers.Find(address) is not ({ } network, { } server))
        {
            return new ExplainedServer(address, Network: null, string.Empty, string.Empty, ServesDomain: false);
        }

        return new ExplainedServer(address, network, server.Identity.Hostname, policy.Networks[network].Place.ToString(), server.Serves(entry));
    }
}
