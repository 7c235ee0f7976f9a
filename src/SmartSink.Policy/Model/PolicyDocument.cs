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

    /// <summary><c>behaviour</c>, <c>time_scale</c>, <c>duplicates</c> and <c>ses</c> of the top level.</summary>
    public SettingTable Settings { get; } = new();

    /// <summary>One for each kind and name, in the order of the file.</summary>
    public List<ReplyList> ReplyLists { get; } = [];

    public List<MxEntry> Servers { get; } = [];

    /// <summary><c>[[answers]]</c>, <c>[[fault]]</c> and <c>[[schedule]]</c>.</summary>
    public List<RuleEntry> Rules { get; } = [];
}

/// <summary>One <c>[[mx]]</c>: a provider's mail servers by where they are.</summary>
internal sealed class MxEntry
{
    public List<Setting<IPNetwork>> Networks { get; } = [];

    public Setting<string>? Hostname { get; set; }

    public Setting<string>? Banner { get; set; }

    public Setting<bool>? RefusesEhlo { get; set; }

    public List<Setting<DomainKey>> Domains { get; } = [];
}

/// <summary>One <c>[[answers]]</c>, <c>[[fault]]</c> or <c>[[schedule]]</c>.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Place">Of its header.</param>
/// <param name="Settings">Its keys; <c>set</c> is a <see cref="DomainEntry"/>, <c>sequence</c> a list of <see cref="ReplyEntry"/> in which null is acceptance.</param>
internal sealed record RuleEntry(RuleKind Kind, Place Place, SettingTable Settings)
{
    /// <summary>What a schedule's <c>set</c> says; null for the other kinds.</summary>
    public DomainEntry? Set => Settings.Get<DomainEntry?>("set", null);
}

/// <summary>In the order in which rules are looked at.</summary>
internal enum RuleKind : byte
{
    Answers,
    Fault,
    Schedule,
}

/// <summary>Where something stands: in a file, or, without line and column, in what <paramref name="File"/> names.</summary>
internal readonly record struct Place(string File, int Line, int Column)
{
    /// <summary>What the name of an overlay's source begins with, in the place of a file's.</summary>
    public const string OverlayPrefix = "overlay:";

    public bool IsInFile => Line > 0;

    /// <summary>Whether it stands in what goes over all files for a while.</summary>
    public bool IsInOverlay => File.StartsWith(OverlayPrefix, StringComparison.Ordinal);

    public override string ToString() => IsInFile ? $"{File}({Line},{Column})" : File;
}

/// <summary>What a file says, with the place of the value; of a name, that of the key.</summary>
internal readonly record struct Setting<T>(T Value, Place Place);
