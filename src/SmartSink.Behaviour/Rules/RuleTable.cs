namespace SmartSink.Behaviour.Rules;

/// <summary>The rules of a revision, and which of them are in force now.</summary>
/// <param name="changed">Called for each rule with a time at the first look, and whenever one
/// comes into force or ends; never concurrently.</param>
internal sealed class RuleTable(Action<ActiveRule, RulePhase, RuleMoment> changed)
{
    /// <summary>Milliseconds after which rules are checked again at the latest, since the calendar may have been changed.</summary>
    private const long LongestRest = 1_000;

    private readonly Lock _gate = new();
    private readonly List<ActiveRule> _rules = [];
    private readonly List<ActiveRule> _timed = [];
    private long _nextLook = long.MaxValue;
    private bool _hasLooked;

    public RuleIndex Index { get; } = new();

    /// <summary>All rules, in their order.</summary>
    public IReadOnlyList<ActiveRule> Rules => _rules;

    /// <summary>
    /// Adds a rule; only before the first decision. One with a time comes into force at the
    /// first look, which also precedes the first decision.
    /// </summary>
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

    /// <summary>Whether <see cref="Look"/> may find a change at this moment. Costs one comparison.</summary>
    public bool IsDue(long milliseconds) => milliseconds >= Volatile.Read(ref _nextLook);

    /// <summary>Determines which rules are in force.</summary>
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
