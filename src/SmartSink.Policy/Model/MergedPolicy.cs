using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;

namespace SmartSink.Policy.Model;

/// <summary>All files as one: the main file's keys over those of the files it includes.</summary>
internal sealed class MergedPolicy
{
    private readonly Dictionary<DomainKey, DomainEntry> _byKey = [];
    private readonly List<DomainEntry> _domains = [];

    public Setting<long>? Seed { get; set; }

    public Setting<bool>? Sticky { get; set; }

    public Setting<TriggerKinds>? Triggers { get; set; }

    public Setting<IReadOnlyList<string>>? DomainSuffixes { get; set; }

    /// <summary>What holds for every domain: the keys of <c>[default]</c> and the reply lists of <c>"*"</c>.</summary>
    public DomainEntry Default { get; } = new(DomainKey.Fallback);

    public IReadOnlyList<DomainEntry> Domains => _domains;

    public Dictionary<IPNetwork, MergedNetwork> Networks { get; } = [];

    public bool TryFind(DomainKey key, [NotNullWhen(true)] out DomainEntry? domain) => _byKey.TryGetValue(key, out domain);

    public DomainEntry GetOrAdd(DomainKey name)
    {
        if (name.IsFallback)
        {
            return Default;
        }

        ref var domain = ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, name, out _);
        if (domain is null)
        {
            domain = new DomainEntry(name);
            _domains.Add(domain);
        }

        return domain;
    }
}

/// <summary>How much the files of a policy say together. Less than before may be an edit, or a file that is still being written.</summary>
/// <param name="Domains">Domains and patterns.</param>
/// <param name="Replies">Replies in all lists.</param>
/// <param name="Networks">Networks of <c>[[mx]]</c>.</param>
/// <param name="Keys">Keys of the domains, of <c>[default]</c> and of the policy as a whole.</param>
public readonly record struct PolicySize(int Domains, int Replies, int Networks, int Keys)
{
    /// <summary>What is missing compared with another policy: "3 domains, 1 reply"; null when nothing is.</summary>
    public string? LossFrom(PolicySize before)
    {
        string?[] losses =
        [
            Loss(before.Domains - Domains, "domain", "domains"),
            Loss(before.Replies - Replies, "reply", "replies"),
            Loss(before.Networks - Networks, "network", "networks"),
            Loss(before.Keys - Keys, "key", "keys"),
        ];
        var found = losses.OfType<string>().ToList();
        return found.Count > 0 ? string.Join(", ", found) : null;
    }

    internal static PolicySize Of(MergedPolicy policy)
    {
        var keys = Given(policy.Seed is not null, policy.Sticky is not null, policy.Triggers is not null, policy.DomainSuffixes is not null);
        var replies = 0;
        foreach (var domain in policy.Domains.Prepend(policy.Default))
        {
            replies += (domain.Bounces?.Replies.Count ?? 0) + (domain.Defers?.Replies.Count ?? 0) + (domain.TlsReplies?.Replies.Count ?? 0);
            keys += Given(
                domain.Bounce is not null,
                domain.Defer is not null,
                domain.RequiresTls is not null,
                domain.Strict is not null,
                domain.Like is not null,
                domain.Sticky is not null,
                domain.Triggers is not null);
        }

        return new PolicySize(policy.Domains.Count, replies, policy.Networks.Count, keys);
    }

    private static string? Loss(int missing, string one, string many) => missing <= 0 ? null : $"{missing} {(missing == 1 ? one : many)}";

    private static int Given(params ReadOnlySpan<bool> keys) => keys.Count(true);
}

internal readonly record struct MergedNetwork(IPNetwork Network, Place Place, MxEntry Server);

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
            Strict = OwnerOf(domain, likes, static owner => owner.Strict is not null).Strict,
            Sticky = OwnerOf(domain, likes, static owner => owner.Sticky is not null).Sticky ?? policy.Sticky,
            Triggers = OwnerOf(domain, likes, static owner => owner.Triggers is not null).Triggers ?? policy.Triggers,
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
