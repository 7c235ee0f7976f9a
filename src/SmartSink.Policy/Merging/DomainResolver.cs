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
        var bounce = Owner(domain, likes, static owner => owner.Bounce is not null);
        var defer = Owner(domain, likes, static owner => owner.Defer is not null);
        var tls = Owner(domain, likes, static owner => owner.RequiresTls is not null);
        return new ResolvedDomain(
            domain,
            likes,
            Rate(bounce, bounce.Bounce),
            Rate(defer, defer.Defer),
            Owner(domain, likes, static owner => owner.Sticky is not null).Sticky?.Value ?? policy.Sticky?.Value ?? false,
            tls.RequiresTls is { } required ? new ResolvedTls(required.Value, tls, required.Place) : default,
            Owner(domain, likes, static owner => owner.Bounces is not null).Bounces,
            Owner(domain, likes, static owner => owner.Defers is not null).Defers,
            Owner(domain, likes, static owner => owner.TlsReplies is not null).TlsReplies);
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

    private static ResolvedRate Rate(MergedDomain owner, Setting<double>? rate)
    {
        if (rate is not { } setting)
        {
            return default;
        }

        // Fifteen digits: 0.1 means a tenth, so that rates which add up to 100 on paper do so here.
        return new ResolvedRate(double.IsFinite(setting.Value) ? (decimal)Math.Clamp(setting.Value, 0, 100) : 0, owner, setting.Place);
    }

    /// <summary>The nearest that gives something: the entry, one that it is like, or the default, which may not give it either.</summary>
    private MergedDomain Owner(MergedDomain domain, IReadOnlyList<MergedDomain> likes, Func<MergedDomain, bool> gives)
    {
        if (gives(domain))
        {
            return domain;
        }

        for (var i = 0; i < likes.Count; i++)
        {
            if (gives(likes[i]))
            {
                return likes[i];
            }
        }

        return policy.Default;
    }
}
