using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.InteropServices;
using SmartSink.Policy.Documents;
using SmartSink.Policy.Matching;

namespace SmartSink.Policy.Merging;

/// <summary>All files as one: the main file's keys over those of the files it includes.</summary>
internal sealed class MergedPolicy
{
    private readonly Dictionary<DomainKey, MergedDomain> _byKey = [];
    private readonly List<MergedDomain> _domains = [];

    /// <summary><c>seed</c>.</summary>
    public Setting<long>? Seed { get; set; }

    /// <summary><c>sticky</c> at the top level.</summary>
    public Setting<bool>? Sticky { get; set; }

    /// <summary><c>domain_suffix</c>.</summary>
    public Setting<IReadOnlyList<string>>? DomainSuffixes { get; set; }

    /// <summary>What holds for every domain: the keys of <c>[default]</c> and the reply lists of <c>"*"</c>.</summary>
    public MergedDomain Default { get; } = new(DomainKey.Fallback);

    /// <summary>Every named domain and pattern, in the order in which they were first named.</summary>
    public IReadOnlyList<MergedDomain> Domains => _domains;

    /// <summary>The networks of <c>[[mx]]</c>, each once.</summary>
    public Dictionary<IPNetwork, MergedNetwork> Networks { get; } = [];

    /// <summary>Finds an entry by its very name; patterns are not applied.</summary>
    public bool TryFind(DomainKey key, [NotNullWhen(true)] out MergedDomain? domain) => _byKey.TryGetValue(key, out domain);

    /// <summary>The entry of a name, added when it is new.</summary>
    public MergedDomain GetOrAdd(DomainKey name)
    {
        if (name.IsFallback)
        {
            return Default;
        }

        ref var domain = ref CollectionsMarshal.GetValueRefOrAddDefault(_byKey, name, out _);
        if (domain is null)
        {
            domain = new MergedDomain(name);
            _domains.Add(domain);
        }

        return domain;
    }
}
