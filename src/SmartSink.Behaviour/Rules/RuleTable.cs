namespace SmartSink.Behaviour.Rules;

/// <summary>The rules of a revision, and which of them hold now.</summary>
/// <param name="changed">Is told of each rule with a time at the first look, and when it begins or ceases to hold; one after the other.</param>
internal sealed class RuleTable(Action<ActiveRule, RulePhase, RuleMoment> changed)
{
    /// <summary>Milliseconds after which rules are looked at again at the latest: the calendar may have been set.</summary>
    private const long LongestRest = 1_000;

    private readonly Lock _gate = new();
    private readonly List<ActiveRule> _rules = [];
    private readonly List<ActiveRule> _timed = [];
    private long _nextLook = long.MaxValue;
    private bool _hasLooked;

    public RuleIndex Index { get; } = new();

    /// <summary>All of them, in their order.</summary>
    public IReadOnlyList<ActiveRule> Rules => _rules;

    /// <summary>Adds a rule, before anybody is asked. One with a time holds from the first look on, which comes before the first decision.</summary>
    public void Add(ActiveRule rule)
    {
        _rules.Add(rule);
        Index.Add(rule);
        if (!rule.Timetable.IsAlways)
        {
            _timed.Add(rule);
            Volatile.Write(ref _nextLook, long.MinValue);
        }
    }

    /// <summary>Whether a moment is one at which <see cref="Look"/> may find a change. Costs one comparison.</summary>
    public bool IsDue(long milliseconds) => milliseconds >= Volatile.Read(ref _nextLook);

    /// <summary>Finds out which rules hold.</summary>
    public void Look(in RuleMoment now)
    {
        lock (_gate)
        {
            if (!IsDue(now.Now.Milliseconds))
            {
                return;
            }

            var rest = LongestRest;
            foreach (var rule in _timed)
            {
                var phase = rule.Timetable.At(now);
                if (phase.Holds != rule.Holds || !_hasLooked)
                {
                    rule.Holds = phase.Holds;
                    changed(rule, phase, now);
                }

                rest = Math.Min(rest, phase.Changes ?? LongestRest);
            }

            _hasLooked = true;
            Volatile.Write(ref _nextLook, _timed.Count == 0 ? long.MaxValue : now.Now.Milliseconds + rest);
        }
    }
}
