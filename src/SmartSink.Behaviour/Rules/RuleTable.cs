namespace SmartSink.Behaviour.Rules;

/// <summary>Rules that are looked at together, and which of them hold now.</summary>
/// <param name="changed">Is told of each rule with a time at the first look, and when it begins or ceases to hold; one after the other.</param>
internal sealed class RuleTable(Action<ActiveRule, RulePhase, RuleMoment> changed)
{
    /// <summary>Milliseconds after which rules are looked at again at the latest: the calendar may have been set.</summary>
    private const long LongestRest = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, ActiveRule> _rules = [];
    private readonly List<ActiveRule> _timed = [];
    private long _nextLook = long.MaxValue;
    private bool _hasLooked;

    public RuleIndex Index { get; } = new();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _rules.Count;
            }
        }
    }

    /// <summary>All of them, in their order.</summary>
    public IReadOnlyList<ActiveRule> Rules
    {
        get
        {
            lock (_gate)
            {
                return [.. _rules.Values.OrderBy(rule => rule.Order)];
            }
        }
    }

    /// <summary>Adds a rule. One with a time holds from the next look on, which comes before the next decision.</summary>
    public void Add(ActiveRule rule)
    {
        lock (_gate)
        {
            _rules.Add(rule.Order, rule);
            Index.Add(rule);
            if (!rule.Timetable.IsAlways)
            {
                _timed.Add(rule);
                LookAgain();
            }
        }
    }

    /// <summary>Takes a rule away; false when there is none of that order.</summary>
    public bool Remove(int order)
    {
        lock (_gate)
        {
            return _rules.TryGetValue(order, out var rule) && Remove(rule);
        }
    }

    /// <summary>Whether a moment is one at which <see cref="Look"/> may find a change. Costs one comparison.</summary>
    public bool IsDue(long milliseconds) => milliseconds >= Volatile.Read(ref _nextLook);

    /// <summary>Has the next look come at once, whenever it was due.</summary>
    public void LookAgain() => Volatile.Write(ref _nextLook, long.MinValue);

    /// <summary>Finds out which rules hold; those that never will again can go.</summary>
    public void Look(in RuleMoment now, bool dropsOver)
    {
        lock (_gate)
        {
            if (!IsDue(now.Now.Milliseconds))
            {
                return;
            }

            var rest = LongestRest;
            for (var i = _timed.Count - 1; i >= 0; i--)
            {
                var rule = _timed[i];
                var phase = rule.Timetable.At(now);
                if (phase.Holds != rule.Holds || !_hasLooked)
                {
                    rule.Holds = phase.Holds;
                    changed(rule, phase, now);
                }

                if (dropsOver && phase is { Holds: false, Changes: null })
                {
                    Remove(rule);
                }

                rest = Math.Min(rest, phase.Changes ?? LongestRest);
            }

            _hasLooked = true;
            Volatile.Write(ref _nextLook, _timed.Count == 0 ? long.MaxValue : now.Now.Milliseconds + rest);
        }
    }

    private bool Remove(ActiveRule rule)
    {
        _rules.Remove(rule.Order);
        _timed.Remove(rule);
        Index.Remove(rule);
        return true;
    }
}
