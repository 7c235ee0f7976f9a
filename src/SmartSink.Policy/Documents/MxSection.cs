using System.Net;
using SmartSink.Policy.Matching;

namespace SmartSink.Policy.Documents;

/// <summary>One <c>[[mx]]</c>: a provider's mail servers by where they are.</summary>
/// <param name="place">Where its table begins.</param>
internal sealed class MxSection(Place place)
{
    /// <summary>Where its table begins.</summary>
    public Place Place { get; } = place;

    /// <summary><c>networks</c>.</summary>
    public List<Setting<IPNetwork>> Networks { get; } = [];

    /// <summary><c>hostname</c>.</summary>
    public Setting<string>? Hostname { get; set; }

    /// <summary><c>banner</c>.</summary>
    public Setting<string>? Banner { get; set; }

    /// <summary><c>domains</c>: those that are served there; the first is the provider's own.</summary>
    public List<Setting<DomainKey>> Domains { get; } = [];
}
