namespace SmartSink.Policy.Documents;

/// <summary>One file as written: each key that it gives, with its place. What the file leaves out is null or empty.</summary>
internal sealed class PolicyDocument
{
    /// <summary><c>seed</c>.</summary>
    public Setting<long>? Seed { get; set; }

    /// <summary><c>sticky</c> at the top level.</summary>
    public Setting<bool>? Sticky { get; set; }

    /// <summary><c>domain_suffix</c>, normalised; a list of none when the file gives the empty string.</summary>
    public Setting<IReadOnlyList<string>>? DomainSuffixes { get; set; }

    /// <summary><c>include</c>.</summary>
    public IReadOnlyList<Setting<string>> Includes { get; set; } = [];

    /// <summary><c>[default]</c>.</summary>
    public RatesSection Default { get; } = new();

    /// <summary><c>[domain."…"]</c>, in the order of the file.</summary>
    public List<DomainSection> Domains { get; } = [];

    /// <summary><c>[[bounce."…"]]</c>, <c>[[defer."…"]]</c> and <c>[[tls."…"]]</c>, one for each name, in the order of the file.</summary>
    public List<ReplyListSection> ReplyLists { get; } = [];

    /// <summary><c>[[mx]]</c>, in the order of the file.</summary>
    public List<MxSection> Servers { get; } = [];
}
