using System.Runtime.InteropServices;
using SmartSink.Policy.Model;

namespace SmartSink.Policy.Files;

/// <summary>
/// Lays one over the other, key by key: built-in files, the other included ones, the main file, what comes from no file, and an overlay; a reply list
/// counts as one key. What two files of one kind both give, or one file gives under two spellings of a name, is an error: nothing
/// says which is meant.
/// </summary>
internal sealed class PolicyMerger(string mainFile, DiagnosticBag diagnostics)
{
    private const int OfIncluded = 1;

    private readonly MergedPolicy _policy = new(mainFile);
    private readonly List<RuleEntry> _rules = [];

    // How many keys of each file hold.
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);

    public MergedPolicy Merge(IEnumerable<PolicyDocument> documents)
    {
        foreach (var document in documents)
        {
            Add(document);
        }

        _policy.Rules = [.. _rules.OrderBy(rule => rule.Kind).ThenByDescending(rule => Math.Max(RankOf(rule.Place), OfIncluded))];

        // By themselves: those of the files are called the same with an overlay and without.
        foreach (var (number, rule) in _policy.Rules.GroupBy(rule => (rule.Kind, rule.Place.IsInOverlay)).SelectMany(kind => kind.Index()))
        {
            rule.Settings["name"] ??= new Setting<object>(
                $"{(rule.Place.IsInOverlay ? "overlay " : string.Empty)}{rule.Kind.ToString().ToLowerInvariant()} {number + 1}", rule.Place);
        }

        // The catalogue is there to be overridden.
        foreach (var file in _held.Where(file => file.Value == 0 && !BuiltInFiles.IsBuiltIn(file.Key)).Select(file => file.Key))
        {
            diagnostics.Warning(new Place(file, 1, 1), $"this file has no effect: {mainFile} overrides every key in it");
        }

        return _policy;
    }

    private void Add(PolicyDocument document)
    {
        _policy.Seed = Choose(_policy.Seed, document.Seed, "seed");
        _policy.Sticky = Choose(_policy.Sticky, document.Sticky, "sticky");
        _policy.Triggers = Choose(_policy.Triggers, document.Triggers, "triggers");
        _policy.DomainSuffixes = Choose(_policy.DomainSuffixes, document.DomainSuffixes, "domain_suffix");
        Add(_policy.Settings, document.Settings);
        AddShared(_policy.Default, document.Default);
        foreach (var section in document.Domains)
        {
            var domain = _policy.GetOrAdd(section.Key);
            AddShared(domain, section);
            domain.Like = Choose(domain.Like, section.Like, "like", domain.Key);
            domain.Sticky = Choose(domain.Sticky, section.Sticky, "sticky", domain.Key);
            domain.Triggers = Choose(domain.Triggers, section.Triggers, "triggers", domain.Key);
        }

        foreach (var list in document.ReplyLists)
        {
            var domain = _policy.GetOrAdd(list.Name.Value);
            switch (list.Kind)
            {
                case ReplyKind.Bounce:
                    domain.Bounces = Choose(domain.Bounces, list);
                    break;
                case ReplyKind.Defer:
                    domain.Defers = Choose(domain.Defers, list);
                    break;
                case ReplyKind.Throttle:
                    domain.Throttles = Choose(domain.Throttles, list);
                    break;
                default:
                    domain.TlsReplies = Choose(domain.TlsReplies, list);
                    break;
            }
        }

        document.Servers.ForEach(AddNetworks);
        foreach (var rule in document.Rules)
        {
            _rules.Add(rule);
            Hold(rule.Place, present: null);
        }
    }

    private void Add(SettingTable merged, SettingTable settings, DomainKey? domain = null)
    {
        foreach (var (path, setting) in settings.All)
        {
            merged[path] = Choose(merged[path], setting, path, domain);
        }
    }

    private void AddNetworks(MxEntry server)
    {
        foreach (var network in server.Networks)
        {
            ref var merged = ref CollectionsMarshal.GetValueRefOrAddDefault(_policy.Networks, network.Value, out var isKnown);
            if (isKnown && Clash(merged.Place, network.Place))
            {
                diagnostics.Error(network.Place, $"the network {network.Value} is already given at {merged.Place}");
                continue;
            }

            Hold(network.Place, isKnown ? merged.Place : null);
            merged = new MergedNetwork(network.Value, network.Place, server);
        }
    }

    private void AddShared(DomainEntry domain, DomainEntry rates)
    {
        domain.Bounce = Choose(domain.Bounce, rates.Bounce, "bounce", domain.Key);
        domain.Defer = Choose(domain.Defer, rates.Defer, "defer", domain.Key);
        domain.RequiresTls = Choose(domain.RequiresTls, rates.RequiresTls, "tls", domain.Key);
        domain.Strict = Choose(domain.Strict, rates.Strict, "strict", domain.Key);
        if (rates.Behaviour is { } behaviour)
        {
            Add(domain.Behaviour ??= new SettingTable(), behaviour, domain.Key);
        }
    }

    private Setting<T>? Choose<T>(Setting<T>? present, Setting<T>? next, string key, DomainKey? domain = null)
    {
        if (present is { } first && next is { } second && Clash(first.Place, second.Place))
        {
            var owner = domain is not { } name ? string.Empty : name.IsFallback ? " of [default]" : $" of [domain.\"{name}\"]";
            diagnostics.Error(second.Place, $"{key}{owner} is already given at {first.Place}");
            return present;
        }

        if (next is { } given)
        {
            Hold(given.Place, present?.Place);
        }

        return next ?? present;
    }

    private ReplyList Choose(ReplyList? present, ReplyList next)
    {
        if (present is null || !Clash(present.Name.Place, next.Name.Place))
        {
            Hold(next.Name.Place, present?.Name.Place);
            return next;
        }

        diagnostics.Error(next.Name.Place, $"the replies of {next.Title} are already given at {present.Name.Place}");
        return present;
    }

    private void Hold(Place next, Place? present)
    {
        if (!next.IsInFile || next.IsInOverlay)
        {
            // What is from no file takes nothing from the worth of one.
            return;
        }

        CollectionsMarshal.GetValueRefOrAddDefault(_held, next.File, out _)++;
        if (present is { } overridden)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_held, overridden.File, out _)--;
        }
    }

    private bool Clash(Place first, Place second) => RankOf(first) == RankOf(second);

    private int RankOf(Place place) =>
        place.IsInOverlay ? 4 : !place.IsInFile ? 3 : place.File == mainFile ? 2 : BuiltInFiles.IsBuiltIn(place.File) ? 0 : OfIncluded;
}
