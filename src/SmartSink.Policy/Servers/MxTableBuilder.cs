using System.Text;
using SmartSink.Policy.Documents;
using SmartSink.Policy.Matching;
using SmartSink.Policy.Merging;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Servers;

/// <summary>Freezes the servers of a policy without errors.</summary>
internal static class MxTableBuilder
{
    /// <summary>Makes the table.</summary>
    /// <param name="policy">The merged files.</param>
    /// <param name="domains">Where the servers' domains are looked up.</param>
    public static MxTable Build(MergedPolicy policy, DomainTable domains)
    {
        var made = new Dictionary<MxSection, MxServer>(ReferenceEqualityComparer.Instance);
        return new MxTable(policy.Networks.Values.Select(network =>
        {
            if (!made.TryGetValue(network.Server, out var server))
            {
                made[network.Server] = server = ServerOf(network.Server, policy, domains);
            }

            return new MxNetwork(network.Network, server);
        }));
    }

    private static MxServer ServerOf(MxSection section, MergedPolicy policy, DomainTable domains)
    {
        var matches = section.Domains.Select(domain => Match(domain.Value, policy, domains)).ToList();
        return new MxServer(
            new ServerIdentity(section.Hostname!.Value.Value, section.Banner?.Value),
            [.. matches.Select(match => match.Entry).Distinct()],
            section.Domains is [var first, ..] ? Encoding.ASCII.GetBytes(first.Value.Domain) : [],
            matches is [var provider, ..] ? provider : default);
    }

    private static DomainMatch Match(DomainKey key, MergedPolicy policy, DomainTable domains)
    {
        var match = domains.Find(Encoding.ASCII.GetBytes(key.Domain));
        if (!key.IsPattern || !policy.TryFind(key, out var pattern))
        {
            return match;
        }

        // A pattern names its own entry, which need not be that of the domain behind its star.
        return match with { Entry = 1 + policy.Domains.TakeWhile(domain => domain != pattern).Count(), IsExact = false };
    }
}
