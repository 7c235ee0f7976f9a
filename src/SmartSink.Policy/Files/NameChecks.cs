using SmartSink.Policy.Model;

namespace SmartSink.Policy.Files;

/// <summary><c>like</c> names an entry that exists, and following it comes to an end.</summary>
internal static class NameChecks
{
    public static void CheckLikes(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        var inheritance = new Inheritance(policy);
        var reported = new HashSet<DomainEntry>();
        foreach (var domain in policy.Domains)
        {
            if (domain.Like is not { } like)
            {
                continue;
            }

            if (!policy.TryFind(like.Value, out _))
            {
                diagnostics.Error(like.Place, $"like = \"{like.Value}\": no file has a table or replies of that name");
                continue;
            }

            CheckChain(policy, domain, like, inheritance.FollowLikes(domain), reported, diagnostics);
        }
    }

    private static void CheckChain(
        MergedPolicy policy,
        DomainEntry domain,
        Setting<DomainKey> like,
        IReadOnlyList<DomainEntry> chain,
        HashSet<DomainEntry> reported,
        DiagnosticBag diagnostics)
    {
        var last = chain.Count == 0 ? domain : chain[^1];
        if (last.Like is not { } next || !policy.TryFind(next.Value, out var following))
        {
            return;
        }

        if (following == domain)
        {
            // One report for a circle, where it is first entered, not one for each of its members.
            if (reported.Add(domain))
            {
                reported.UnionWith(chain);
                diagnostics.Error(like.Place, $"like goes round in a circle: {string.Join(" → ", chain.Prepend(domain).Append(domain).Select(member => member.Key))}");
            }
        }
        else if (chain.Count == Inheritance.LongestChain && !chain.Contains(following))
        {
            diagnostics.Error(like.Place, $"like leads through more than {Inheritance.LongestChain} entries");
        }
    }

    public static void CheckServers(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        foreach (var domain in policy.Networks.Values.Select(network => network.Server).Distinct().SelectMany(server => server.Domains))
        {
            if (!policy.TryFind(domain.Value, out _))
            {
                diagnostics.Warning(domain.Place, $"no file has a table or replies of \"{domain.Value}\": what holds for it here is [default] or a pattern");
            }
        }
    }
}
