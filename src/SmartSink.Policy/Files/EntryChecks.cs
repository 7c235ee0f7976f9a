using SmartSink.Policy.Model;

namespace SmartSink.Policy.Files;

/// <summary>A rate is a percentage, and no more than all recipients can be refused, also when one rate is a domain's own and the other inherited.</summary>
internal static class RateChecks
{
    public static void Check(PolicyDocument document, DiagnosticBag diagnostics)
    {
        foreach (var section in document.Domains.Prepend(document.Default).Concat(document.Rules.Select(rule => rule.Set).OfType<DomainEntry>()))
        {
            Check(section.Bounce, "bounce", diagnostics);
            Check(section.Defer, "defer", diagnostics);
        }
    }

    /// <summary>Checks the sums of all entries that give a rate themselves; the others have the sum of one that does.</summary>
    public static void CheckSums(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        var inheritance = new Inheritance(policy);
        foreach (var domain in policy.Domains.Prepend(policy.Default).Concat(policy.Rules.Select(rule => rule.Set).OfType<DomainEntry>().Where(set => set is { Bounce: not null, Defer: not null })))
        {
            if (domain.Bounce is null && domain.Defer is null)
            {
                continue;
            }

            var resolved = inheritance.Resolve(domain);
            var (bounce, defer) = (resolved.Bounce, resolved.Defer);
            var sum = Inheritance.PercentOf(bounce) + Inheritance.PercentOf(defer);
            if (sum > 100 && IsPercentage(domain.Bounce) && IsPercentage(domain.Defer))
            {
                var place = LaterOf(domain);
                diagnostics.Error(place, $"bounce {Describe(bounce, domain.Bounce, place)} and defer {Describe(defer, domain.Defer, place)} add up to {sum} percent, more than 100");
            }
        }
    }

    private static void Check(Setting<double>? rate, string key, DiagnosticBag diagnostics)
    {
        if (rate is { } setting && setting.Value is not (>= 0 and <= 100))
        {
            diagnostics.Error(setting.Place, $"{key} = {setting.Value} is not a percentage from 0 to 100");
        }
    }

    // A rate that is no percentage has been reported as that.
    private static bool IsPercentage(Setting<double>? rate) => rate is not { } setting || setting.Value is >= 0 and <= 100;

    private static Place LaterOf(DomainEntry domain)
    {
        if (domain.Bounce is { } bounce && domain.Defer is { } defer)
        {
            var isBounceLater = bounce.Place.File == defer.Place.File ? bounce.Place.Line > defer.Place.Line : !bounce.Place.IsInFile;
            return isBounceLater ? bounce.Place : defer.Place;
        }

        return (domain.Bounce ?? domain.Defer)!.Value.Place;
    }

    private static string Describe(Setting<double>? rate, Setting<double>? own, Place place) =>
        rate is not { } given || (own is not null && given.Place.File == place.File) ? $"{Inheritance.PercentOf(rate)}" : $"{Inheritance.PercentOf(rate)} (from {given.Place})";
}

/// <summary>Names lead to entries, and entries can be reached.</summary>
internal static class NameChecks
{
    public static void CheckLikes(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        var inheritance = new Inheritance(policy);
        var reported = new HashSet<DomainEntry>();
        foreach (var domain in policy.Domains.Concat(policy.Rules.Select(rule => rule.Set).OfType<DomainEntry>()))
        {
            if (domain.Like is not { } like)
            {
                continue;
            }

            if (!policy.TryFind(like.Value, out _))
            {
                diagnostics.Error(like.Place, $"like = \"{like.Value}\" does not name a domain or pattern of this policy");
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
                diagnostics.Error(like.Place, $"like forms a loop: {string.Join(" → ", chain.Prepend(domain).Append(domain).Select(member => member.Key))}");
            }
        }
        else if (chain.Count == Inheritance.LongestChain && !chain.Contains(following))
        {
            diagnostics.Error(like.Place, $"like leads through more than {Inheritance.LongestChain} domains");
        }
    }

    public static void CheckServers(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        foreach (var domain in policy.Networks.Values.Select(network => network.Server).Distinct().SelectMany(server => server.Domains))
        {
            if (!policy.TryFind(domain.Value, out _))
            {
                diagnostics.Warning(domain.Place, $"\"{domain.Value}\" has no rates or replies of its own in this policy; those of a matching pattern or of [default] apply");
            }
        }
    }

    /// <summary>Warns of domains that are never looked up, since <c>domain_suffix</c> cuts off a part of their names.</summary>
    public static void CheckReach(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        if (policy.DomainSuffixes is not { Value: { Count: > 0 } suffixes })
        {
            return;
        }

        var cut = suffixes.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var domain in policy.Domains)
        {
            // A pattern's names all have at least one label more than what stands beside the star; what stands for a star behind is not known.
            var name = domain.Key.IsPattern ? domain.Key.ToString() : domain.Key.Domain;
            for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
            {
                if (cut.TryGetValue(name.AsSpan(dot + 1), out var suffix) && PlaceOf(domain) is { } place)
                {
                    diagnostics.Warning(place, $"\"{domain.Key}\" never matches, because domain_suffix cuts off \"{suffix}\" before domains are looked up");
                    break;
                }
            }
        }
    }

    /// <summary>
    /// Warns of domains that refuse in their own words for good, or for now, and otherwise in those of <c>"*"</c>: no server speaks so. One
    /// that says it never refuses that way is left alone.
    /// </summary>
    public static void CheckLists(MergedPolicy policy, DiagnosticBag diagnostics)
    {
        var inheritance = new Inheritance(policy);
        foreach (var domain in policy.Domains)
        {
            Check(domain.Bounces, "defer", inheritance.OwnerOf(domain, owner => owner.Defers is not null), inheritance.OwnerOf(domain, owner => owner.Defer is not null), owner => owner.Defer);
            Check(domain.Defers, "bounce", inheritance.OwnerOf(domain, owner => owner.Bounces is not null), inheritance.OwnerOf(domain, owner => owner.Bounce is not null), owner => owner.Bounce);
        }

        void Check(ReplyList? own, string other, DomainEntry giver, DomainEntry rated, Func<DomainEntry, Setting<double>?> rate)
        {
            if (own is not null && giver.Key.IsFallback && (rated.Key.IsFallback || rate(rated) is not { Value: 0 }))
            {
                diagnostics.Warning(
                    own.Name.Place, $"{own.Title} has no matching {other} replies, so those of \"*\" are given; add [[{other}.\"{own.Name.Value}\"]], or {other} = 0 if it never does");
            }
        }
    }

    private static Place? PlaceOf(DomainEntry domain) =>
        domain.Bounce?.Place ?? domain.Defer?.Place ?? domain.RequiresTls?.Place ?? domain.Strict?.Place ?? domain.Like?.Place ?? domain.Sticky?.Place
        ?? domain.Triggers?.Place ?? domain.Behaviour?.All.First().Value.Place ?? domain.Bounces?.Name.Place ?? domain.Defers?.Name.Place ?? domain.TlsReplies?.Name.Place
        ?? domain.Throttles?.Name.Place;
}
