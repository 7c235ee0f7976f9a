using SmartSink.Policy.Documents;

namespace SmartSink.Policy.Merging;

/// <summary>Fills in what an entry inherits: from itself, then along <c>like</c>, then from <c>[default]</c> and <c>"*"</c>.</summary>
/// <param name="policy">The merged files.</param>
internal sealed class DomainResolver(MergedPolicy policy)
{
    /// <summary>How many steps of <c>like</c> are followed.</summary>
    public const int LongestChain = 16;

    /// <summary>Resolves an entry.</summary>
    public ResolvedDomain Resolve(MergedDomain domain)
    {
        var likes = FollowLikes(domain);
        MergedDomain[] owners = [domain, .. likes, policy.Default];
        return new ResolvedDomain(
            domain,
            likes,
            ResolveRate(owners, owner => owner.Bounce),
            ResolveRate(owners, owner => owner.Defer),
            First(owners, owner => owner.Sticky)?.Value ?? policy.Sticky?.Value ?? false,
            First(owners, owner => owner.Bounces),
            First(owners, owner => owner.Defers));
    }

    /// <summary>The entries that one is like, nearest first. Ends at an unknown name, at a circle, and at <see cref="LongestChain"/>.</summary>
    public IReadOnlyList<MergedDomain> FollowLikes(MergedDomain domain)
    {
        if (domain.Like is null)
        {
            return [];
        }

        var chain = new List<MergedDomain>();
        var current = domain;
        while (current.Like is { } like
            && chain.Count < LongestChain
            && policy.TryFind(like.Value, out var next)
            && next != domain
            && !chain.Contains(next))
        {
            chain.Add(next);
            current = next;
        }

        return chain;
    }

    private static ResolvedRate ResolveRate(MergedDomain[] owners, Func<MergedDomain, Setting<double>?> rate)
    {
        foreach (var owner in owners)
        {
            if (rate(owner) is { } setting)
            {
                // Fifteen digits: 0.1 means a tenth, so that rates which add up to 100 on paper do so here.
                return new ResolvedRate(double.IsFinite(setting.Value) ? (decimal)Math.Clamp(setting.Value, 0, 100) : 0, owner, setting.Place);
            }
        }

        return default;
    }

    private static T? First<T>(MergedDomain[] owners, Func<MergedDomain, T?> read)
    {
        foreach (var owner in owners)
        {
            if (read(owner) is { } found)
            {
                return found;
            }
        }

        return default;
    }
}
