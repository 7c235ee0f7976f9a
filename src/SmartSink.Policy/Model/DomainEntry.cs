using SmartSink.Smtp;

namespace SmartSink.Policy.Model;

/// <summary>A domain or pattern: what one file says of it, what all files say together, or what holds for it with everything inherited.</summary>
internal sealed class DomainEntry(DomainKey key)
{
    public DomainKey Key { get; } = key;

    /// <summary>Percent.</summary>
    public Setting<double>? Bounce { get; set; }

    /// <summary>Percent.</summary>
    public Setting<double>? Defer { get; set; }

    /// <summary><c>tls</c>: true for <c>required</c>.</summary>
    public Setting<bool>? RequiresTls { get; set; }

    public Setting<DomainKey>? Like { get; set; }

    public Setting<bool>? Sticky { get; set; }

    public ReplyList? Bounces { get; set; }

    public ReplyList? Defers { get; set; }

    public ReplyList? TlsReplies { get; set; }
}

/// <summary>Which of a domain's lists a reply stands in.</summary>
public enum ReplyKind : byte
{
    /// <summary><c>[[bounce."…"]]</c>.</summary>
    Bounce,

    /// <summary><c>[[defer."…"]]</c>.</summary>
    Defer,

    /// <summary><c>[[tls."…"]]</c>: for clients in the clear, where TLS is required.</summary>
    Tls,
}

/// <summary>All <c>[[bounce."…"]]</c>, <c>[[defer."…"]]</c> or <c>[[tls."…"]]</c> tables of one name in one file.</summary>
internal sealed record ReplyList(ReplyKind Kind, Setting<DomainKey> Name, IReadOnlyList<ReplyEntry> Replies)
{
    public string Title => $"{Kind.ToString().ToLowerInvariant()}.\"{Name.Value}\"";
}

internal sealed class ReplyEntry(Place place)
{
    public Place Place { get; } = place;

    public Setting<long>? Code { get; set; }

    public Setting<string>? Text { get; set; }

    public Setting<double>? Weight { get; set; }

    public Setting<Stage>? Stage { get; set; }

    public Setting<bool>? Close { get; set; }
}
