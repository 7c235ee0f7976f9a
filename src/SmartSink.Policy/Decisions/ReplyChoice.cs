using SmartSink.Policy.Replies;

namespace SmartSink.Policy.Decisions;

/// <summary>The replies of one list and their weights, ready to be drawn from. Immutable, shared by all domains that use the list.</summary>
internal sealed class ReplyChoice
{
    private readonly PolicyReply[] _replies;
    private readonly ulong[] _bounds;

    /// <summary>Makes a choice of one.</summary>
    public ReplyChoice(PolicyReply reply)
    {
        _replies = [reply];
        _bounds = [];
    }

    /// <summary>Makes a choice.</summary>
    /// <param name="replies">At least one, with weights of 0 or more, of which one is more than 0.</param>
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

    /// <summary>The reply that a draw picks, in O(log n).</summary>
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
