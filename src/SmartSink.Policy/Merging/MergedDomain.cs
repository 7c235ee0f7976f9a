using SmartSink.Policy.Documents;
using SmartSink.Policy.Matching;

namespace SmartSink.Policy.Merging;

/// <summary>What all files together say of one name.</summary>
/// <param name="key">The name.</param>
internal sealed class MergedDomain(DomainKey key)
{
    /// <summary>The name.</summary>
    public DomainKey Key { get; } = key;

    /// <summary>Its own <c>bounce</c>, percent.</summary>
    public Setting<double>? Bounce { get; set; }

    /// <summary>Its own <c>defer</c>, percent.</summary>
    public Setting<double>? Defer { get; set; }

    /// <summary>Its own <c>tls</c>: true for <c>required</c>.</summary>
    public Setting<bool>? RequiresTls { get; set; }

    /// <summary>Its own <c>like</c>.</summary>
    public Setting<DomainKey>? Like { get; set; }

    /// <summary>Its own <c>sticky</c>.</summary>
    public Setting<bool>? Sticky { get; set; }

    /// <summary>Its own bounce replies.</summary>
    public ReplyListSection? Bounces { get; set; }

    /// <summary>Its own defer replies.</summary>
    public ReplyListSection? Defers { get; set; }

    /// <summary>Its own replies to clients without TLS.</summary>
    public ReplyListSection? TlsReplies { get; set; }
}
