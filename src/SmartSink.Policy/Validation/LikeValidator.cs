using SmartSink.Policy.Documents;
using SmartSink.Policy.Matching;
using SmartSink.Policy.Merging;

namespace SmartSink.Policy.Validation;

/// <summary><c>like</c> names an entry that exists, and following it comes to an end.</summary>
internal static class LikeValidator
{
    /// <summary>Checks every <c>like</c>.</summary>
    public static void Check(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        var resolver = new DomainResolver(policy);
        var reported = new HashSet<MergedDomain>();
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

            CheckChain(policy, domain, like, resolver.FollowLikes(domain), reported, diagnostics);
        }
    }

    private static void CheckChain(
        MergedPolicy policy,
        MergedDomain domain,
        Setting<DomainKey> like,
        IReadOnlyList<MergedDomain> chain,
        HashSet<MergedDomain> reported,
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
        else if (chain.Count == DomainResolver.LongestChain && !chain.Contains(following))
        {
            diagnostics.Error(like.Place, $"like leads through more than {DomainResolver.LongestChain} entries");
        }
    }
}
