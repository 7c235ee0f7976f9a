using SmartSink.Policy.Replies;

namespace SmartSink.Policy.Decisions;

/// <summary>What holds for a domain, with everything inherited filled in. A value, so that a decision reads it from one cache line.</summary>
/// <param name="Rates">Its rates.</param>
/// <param name="Sticky">Whether a recipient's bounce is drawn from its address.</param>
/// <param name="Bounces">The replies of a bounce.</param>
/// <param name="Defers">The replies of a deferral.</param>
/// <param name="TlsReplies">The replies to clients without TLS; null when its recipients need none.</param>
internal readonly record struct DomainRules(
    RateThresholds Rates,
    bool Sticky,
    ReplyChoice Bounces,
    ReplyChoice Defers,
    ReplyChoice? TlsReplies)
{
    /// <summary>The reply of a bounce when the draw decides for one; else null.</summary>
    /// <param name="draw">The recipient's draw: the address's own under <see cref="Sticky"/>.</param>
    public PolicyReply? BounceOf(ulong draw) => Draw.ForRate(draw) < Rates.BounceBelow ? Bounces.Pick(draw) : null;

    /// <summary>The reply of a deferral when the draw of a recipient that does not bounce decides for one; null to accept.</summary>
    /// <param name="draw">The recipient's draw; under <see cref="Sticky"/> another than that of the bounce.</param>
    public PolicyReply? DeferOf(ulong draw) =>
        Draw.ForRate(draw) < (Sticky ? Rates.DeferRestBelow : Rates.RefuseBelow) ? Defers.Pick(draw) : null;
}
