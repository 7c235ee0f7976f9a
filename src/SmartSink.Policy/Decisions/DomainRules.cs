using SmartSink.Policy.Replies;

namespace SmartSink.Policy.Decisions;

/// <summary>What holds for a domain, with everything inherited filled in. A value, so that a decision reads it from one cache line.</summary>
/// <param name="Rates">Its rates.</param>
/// <param name="Sticky">Whether a recipient's bounce is drawn from its address.</param>
/// <param name="Bounces">The replies of a bounce.</param>
/// <param name="Defers">The replies of a deferral.</param>
internal readonly record struct DomainRules(
    RateThresholds Rates,
    bool Sticky,
    ReplyChoice Bounces,
    ReplyChoice Defers)
{
    /// <summary>The reply that the rates give for a draw; null to accept.</summary>
    /// <param name="draw">This recipient's draw.</param>
    /// <param name="bounceDraw">The draw that decides about a bounce: the address's own under <see cref="Sticky"/>, else the same.</param>
    public PolicyReply? Decide(ulong draw, ulong bounceDraw)
    {
        if (Draw.ForRate(bounceDraw) < Rates.BounceBelow)
        {
            return Bounces.Pick(bounceDraw);
        }

        return Draw.ForRate(draw) < (Sticky ? Rates.DeferRestBelow : Rates.RefuseBelow) ? Defers.Pick(draw) : null;
    }
}
