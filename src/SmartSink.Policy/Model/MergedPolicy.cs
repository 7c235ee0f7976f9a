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

internal readonly record struct MergedNetwork(IPNetwork Network, Place Place, MxEntry Server);
