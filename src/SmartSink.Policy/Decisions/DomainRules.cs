using SmartSink.Policy.Replies;

namespace SmartSink.Policy.Decisions;

internal readonly record struct DomainRules(
    RateThresholds Rates,
    bool Sticky,
    ReplyChoice Bounces,
    ReplyChoice Defers,
    ReplyChoice? TlsReplies)
{
    /// <summary>The reply of a bounce when the draw decides for one; else null.</summary>
    public PolicyReply? BounceOf(ulong draw) => Draw.ForRate(draw) < Rates.BounceBelow ? Bounces.Pick(draw) : null;

    /// <summary>The reply of a deferral when the draw of a recipient that does not bounce decides for one; null to accept.</summary>
    public PolicyReply? DeferOf(ulong draw) =>
        Draw.ForRate(draw) < (Sticky ? Rates.DeferRestBelow : Rates.RefuseBelow) ? Defers.Pick(draw) : null;
}

/// <summary>The rates of a domain as bounds for draws.</summary>
/// <param name="BounceBelow">Draws below it bounce.</param>
/// <param name="RefuseBelow">Draws below it, but not below <paramref name="BounceBelow"/>, defer.</param>
/// <param name="DeferRestBelow">Under <c>sticky</c>: draws below it defer a recipient that does not bounce.</param>
internal readonly record struct RateThresholds(ulong BounceBelow, ulong RefuseBelow, ulong DeferRestBelow)
{
    public static RateThresholds Of(decimal bounce, decimal defer) =>
        new(Threshold.Of(bounce, 100), Threshold.Of(bounce + defer, 100), bounce < 100 ? Threshold.Of(defer, 100 - bounce) : 0);
}

/// <summary>The replies of one list and their weights, ready to be drawn from. Immutable, shared by all domains that use the list.</summary>
internal sealed class ReplyChoice
{
    private readonly PolicyReply[] _replies;
    private readonly ulong[] _bounds;

    public ReplyChoice(PolicyReply reply)
    {
        _replies = [reply];
        _bounds = [];
    }

    public ReplyChoice(IReadOnlyList<(PolicyReply Reply, decimal Weight)> replies)
    {
        var total = replies.Sum(entry => entry.Weight);
        var sum = 0m;
        _replies = new PolicyReply[replies.Count];
        _bounds = new ulong[replies.Count];
        for (var i = 0; i < replies.Count; i++)
        {
            sum += replies[i].Weight;
            _replies[i] = replies[i].Reply;
            _bounds[i] = Threshold.Of(sum, total);
        }
    }

    public PolicyReply Pick(ulong draw)
    {
        if (_replies.Length == 1)
        {
            return _replies[0];
        }

        var bits = Draw.ForChoice(draw);
        var low = 0;
        var high = _bounds.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (bits < _bounds[middle])
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return _replies[low];
    }
}
