namespace SmartSink.Policy.Model;

/// <summary>Fills in what an entry inherits: from itself, then along <c>like</c>, then from <c>[default]</c> and <c>"*"</c>.</summary>
internal sealed class Inheritance(MergedPolicy policy)
{
    public const int LongestChain = 16;

    /// <summary>What holds for an entry. What nobody gives is null there, too; <c>like</c> is followed and gone.</summary>
    public DomainEntry Resolve(DomainEntry domain)
    {
        var likes = FollowLikes(domain);
        return new DomainEntry(domain.Key)
        {
            Bounce = OwnerOf(domain, likes, static owner => owner.Bounce is not null).Bounce,
            Defer = OwnerOf(domain, likes, static owner => owner.Defer is not null).Defer,
            RequiresTls = OwnerOf(domain, likes, static owner => owner.RequiresTls is not null).RequiresTls,
            Sticky = OwnerOf(domain, likes, static owner => owner.Sticky is not null).Sticky ?? policy.Sticky,
            Bounces = OwnerOf(domain, likes, static owner => owner.Bounces is not null).Bounces,
            Defers = OwnerOf(domain, likes, static owner => owner.Defers is not null).Defers,
            TlsReplies = OwnerOf(domain, likes, static owner => owner.TlsReplies is not null).TlsReplies,
        };
    }

    /// <summary>The nearest that gives something: the entry, one that it is like, or the default, which may not give it either.</summary>
    public DomainEntry OwnerOf(DomainEntry domain, Func<DomainEntry, bool> gives) => OwnerOf(domain, FollowLikes(domain), gives);

    /// <summary>The entries that one is like, nearest first. Ends at an unknown name, at a circle, and at <see cref="LongestChain"/>.</summary>
    public IReadOnlyList<DomainEntry> FollowLikes(DomainEntry domain)
    {
        if (domain.Like is null)
        {
            return [];
        }

        var chain = new List<DomainEntry>();
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

    /// <summary>A rate from 0 to 100, by fifteen digits: 0.1 means a tenth, so that rates which add up to 100 on paper do so here.</summary>
    public static decimal PercentOf(Setting<double>? rate) =>
        rate is { } setting && double.IsFinite(setting.Value) ? (decimal)Math.Clamp(setting.Value, 0, 100) : 0;

    private DomainEntry OwnerOf(DomainEntry domain, IReadOnlyList<DomainEntry> likes, Func<DomainEntry, bool> gives)
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
