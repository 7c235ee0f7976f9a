using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;

namespace SmartSink.Policy.Model;

/// <summary>All files as one: the main file's keys over those of the files it includes.</summary>
/// <param name="mainFile">The main file.</param>
internal sealed class MergedPolicy(string mainFile)
{
    private readonly Dictionary<DomainKey, DomainEntry> _byKey = [];
    private readonly List<DomainEntry> _domains = [];

    /// <summary>Whether somebody has written it for this sink: in the main file, or over it for a while.</summary>
    public bool IsOwn(Place place) => place.File == mainFile || place.IsInOverlay;

    public Setting<long>? Seed { get; set; }

    public Setting<bool>? Sticky { get; set; }

    public Setting<TriggerKinds>? Triggers { get; set; }

    public Setting<IReadOnlyList<string>>? DomainSuffixes { get; set; }

    /// <summary><c>behaviour</c>, <c>time_scale</c>, <c>duplicates</c> and <c>ses</c> of the top level.</summary>
    public SettingTable Settings { get; } = new();

    /// <summary>In the order in which they are looked at: by kind, the main file's before the others'.</summary>
    public IReadOnlyList<RuleEntry> Rules { get; set; } = [];

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
/// <param name="Rules"><c>[[answers]]</c>, <c>[[fault]]</c> and <c>[[schedule]]</c>.</param>
public readonly record struct PolicySize(int Domains, int Replies, int Networks, int Keys, int Rules)
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
            Loss(before.Rules - Rules, "rule", "rules"),
        ];
        var found = losses.OfType<string>().ToList();
        return found.Count > 0 ? string.Join(", ", found) : null;
    }

    internal static PolicySize Of(MergedPolicy policy)
    {
        var keys = Given(policy.Seed is not null, policy.Sticky is not null, policy.Triggers is not null, policy.DomainSuffixes is not null) + policy.Settings.All.Count;
        var replies = 0;
        foreach (var domain in policy.Domains.Prepend(policy.Default))
        {
            replies += (domain.Bounces?.Replies.Count ?? 0) + (domain.Defers?.Replies.Count ?? 0) + (domain.TlsReplies?.Replies.Count ?? 0) + (domain.Throttles?.Replies.Count ?? 0);
            keys += (domain.Behaviour?.All.Count ?? 0) + Given(
                domain.Bounce is not null,
                domain.Defer is not null,
                domain.RequiresTls is not null,
                domain.Strict is not null,
                domain.Like is not null,
                domain.Sticky is not null,
                domain.Triggers is not null);
        }

        return new PolicySize(policy.Domains.Count, replies, policy.Networks.Count, keys, policy.Rules.Count);
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
    /// <param name="domain">The entry.</param>
    /// <param name="over">Keys that go over its own for a while; a <c>like</c> among them goes in the place of the entry itself.</param>
    public DomainEntry Resolve(DomainEntry domain, DomainEntry? over = null)
    {
        var owners = over is null ? OwnersOf(domain) : [over, .. OwnersOf(over.Like is { } like && policy.TryFind(like.Value, out var other) ? other : domain)];
        var behaviour = BehaviourOf(owners, over);
        return new DomainEntry(domain.Key)
        {
            Bounce = OwnerOf(owners, static owner => owner.Bounce is not null).Bounce,
            Defer = OwnerOf(owners, static owner => owner.Defer is not null).Defer,
            RequiresTls = OwnerOf(owners, static owner => owner.RequiresTls is not null).RequiresTls ?? HabitOfTls(behaviour),
            Strict = OwnerOf(owners, static owner => owner.Strict is not null).Strict,
            Sticky = OwnerOf(owners, static owner => owner.Sticky is not null).Sticky ?? policy.Sticky,
            Triggers = OwnerOf(owners, static owner => owner.Triggers is not null).Triggers ?? policy.Triggers,
            Bounces = OwnerOf(owners, static owner => owner.Bounces is not null).Bounces,
            Defers = OwnerOf(owners, static owner => owner.Defers is not null).Defers,
            TlsReplies = OwnerOf(owners, static owner => owner.TlsReplies is not null).TlsReplies,
            Throttles = OwnerOf(owners, static owner => owner.Throttles is not null).Throttles,
            Behaviour = behaviour,
        };
    }

    /// <summary>The nearest that gives something: the entry, one that it is like, or the default, which may not give it either.</summary>
    public DomainEntry OwnerOf(DomainEntry domain, Func<DomainEntry, bool> gives) => OwnerOf(OwnersOf(domain), gives);

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

    /// <summary>What all files say of an entry's limits and the like, whether they hold or not.</summary>
    public SettingTable All(DomainEntry domain) => Collect(OwnersOf(domain), static (_, _) => true);

    /// <summary>What an entry's <c>behaviour</c> says, itself, along <c>like</c>, or in <c>[default]</c>; null when the top level decides.</summary>
    public Setting<object>? ModeOf(DomainEntry domain) => ModeOf(OwnersOf(domain));

    /// <summary>A rate from 0 to 100, by fifteen digits: 0.1 means a tenth, so that rates which add up to 100 on paper do so here.</summary>
    public static decimal PercentOf(Setting<double>? rate) =>
        rate is { } setting && double.IsFinite(setting.Value) ? (decimal)Math.Clamp(setting.Value, 0, 100) : 0;

    private static Setting<object>? ModeOf(DomainEntry[] owners) => OwnerOf(owners, static owner => owner.Behaviour?[SettingTable.Mode] is not null).Behaviour?[SettingTable.Mode];

    private DomainEntry[] OwnersOf(DomainEntry domain) =>
        domain == policy.Default ? [domain] : domain.Like is null ? [domain, policy.Default] : [domain, .. FollowLikes(domain), policy.Default];

    private static DomainEntry OwnerOf(DomainEntry[] owners, Func<DomainEntry, bool> gives)
    {
        foreach (var owner in owners)
        {
            if (gives(owner))
            {
                return owner;
            }
        }

        return owners[^1];
    }

    /// <summary>
    /// What is in force of the owners' limits and the like: all of it where the behaviour is the provider's; else what the main file gives, unless
    /// the domain says for itself that dice decide. What goes over for a while is meant as it stands.
    /// </summary>
    private SettingTable? BehaviourOf(DomainEntry[] owners, DomainEntry? over)
    {
        if (Array.TrueForAll(owners, owner => owner.Behaviour is null))
        {
            return null;
        }

        var mode = ModeOf(owners) ?? policy.Settings[SettingTable.Mode];
        var isProvider = mode is { Value: SettingTable.Provider };
        var isOff = !isProvider && ModeOf(owners) is not null;
        var table = Collect(owners, (owner, place) => isProvider || owner == over || (!isOff && policy.IsOwn(place)));
        return table.All.Count == 0 ? null : table;
    }

    private static SettingTable Collect(DomainEntry[] owners, Func<DomainEntry, Place, bool> holds)
    {
        var table = new SettingTable();
        foreach (var owner in owners.Reverse())
        {
            foreach (var (path, setting) in owner.Behaviour?.All ?? [])
            {
                if (path != SettingTable.Mode && holds(owner, setting.Place))
                {
                    table[path] = setting;
                }
            }
        }

        return table;
    }

    private static Setting<bool>? HabitOfTls(SettingTable? behaviour) =>
        behaviour?["habits.tls"] is { } tls ? new Setting<bool>(tls.Value is "required", tls.Place) : null;
}
