using System.Net;

namespace SmartSink.Policy.Model;

/// <summary>One file as written: each key that it gives, with its place. What the file leaves out is null or empty.</summary>
internal sealed class PolicyDocument
{
    public Setting<long>? Seed { get; set; }

    public Setting<bool>? Sticky { get; set; }

    public Setting<TriggerKinds>? Triggers { get; set; }

    public Setting<IReadOnlyList<string>>? DomainSuffixes { get; set; }

    public IReadOnlyList<Setting<string>> Includes { get; set; } = [];

    public DomainEntry Default { get; } = new(DomainKey.Fallback);

    public List<DomainEntry> Domains { get; } = [];

    /// <summary><c>[[bounce."…"]]</c>, <c>[[defer."…"]]</c> and <c>[[tls."…"]]</c>, one for each name, in the order of the file.</summary>
    public List<ReplyList> ReplyLists { get; } = [];

    public List<MxEntry> Servers { get; } = [];
}

/// <summary>One <c>[[mx]]</c>: a provider's mail servers by where they are.</summary>
internal sealed class MxEntry(Place place)
{
    public Place Place { get; } = place;

    public List<Setting<IPNetwork>> Networks { get; } = [];

    public Setting<string>? Hostname { get; set; }

    public Setting<string>? Banner { get; set; }

    public Setting<bool>? RefusesEhlo { get; set; }

    public List<Setting<DomainKey>> Domains { get; } = [];
}

/// <summary>Where something stands: in a file, or, without line and column, in what <paramref name="File"/> names.</summary>
internal readonly record struct Place(string File, int Line, int Column)
{
    public bool IsInFile => Line > 0;

    public override string ToString() => IsInFile ? $"{File}({Line},{Column})" : File;
}

/// <summary>What a file says, with the place of the value; of a name, that of the key.</summary>
internal readonly record struct Setting<T>(T Value, Place Place);
