using SmartSink.Policy.Matching;

namespace SmartSink.Policy.Documents;

/// <summary>One <c>[domain."…"]</c> table.</summary>
/// <param name="name">The domain or pattern.</param>
internal sealed class DomainSection(Setting<DomainKey> name) : RatesSection
{
    /// <summary>The domain or pattern.</summary>
    public Setting<DomainKey> Name { get; } = name;

    /// <summary><c>like</c>: the entry whose rates, behaviour and replies hold where this one gives none.</summary>
    public Setting<DomainKey>? Like { get; set; }

    /// <summary><c>sticky</c>.</summary>
    public Setting<bool>? Sticky { get; set; }
}
