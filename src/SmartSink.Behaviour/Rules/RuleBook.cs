using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.State;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Files;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// What of the rules outlives the policy's revisions: the overrides, how often rules have acted, and which schedules go on. For any number of
/// threads.
/// </summary>
/// <param name="clock">The providers' time.</param>
/// <param name="tries">How far sequences are.</param>
/// <param name="observer">Is told of schedules and overrides; null for nobody.</param>
internal sealed class RuleBook(ScaledClock clock, TryCounter tries, IBehaviourObserver? observer)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset?> _running = new(StringComparer.Ordinal);
    private Dictionary<string, RuleTally> _tallies = new(StringComparer.Ordinal);
    private volatile RuleSet? _latest;
    private (PolicyOverlay Overlay, RuleMoment Origin)? _overlay;

    public ScaledClock Clock => clock;

    public TryCounter Tries => tries;

    /// <summary>The rules that were added while the sink runs, which come before those of the policy.</summary>
    public OverrideBook Overrides { get; } = new(observer);

    /// <summary>The schedules that go on, by name.</summary>
    public IReadOnlyCollection<string> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _running.Keys];
            }
        }
    }

    /// <summary>How often each of the policy's rules has acted, by name.</summary>
    public IReadOnlyCollection<(string Rule, long Times)> Acted
    {
        get
        {
            lock (_gate)
            {
                return [.. _tallies.Select(tally => (tally.Key, tally.Value.Count))];
            }
        }
    }

    /// <summary>Makes the rules of a revision; those of the one before it are no longer told of.</summary>
    /// <param name="policy">The revision.</param>
    /// <param name="behaviour">How its providers behave.</param>
    /// <param name="revision">Its number, from 1.</param>
    public RuleSet Open(PolicySnapshot policy, PolicyBehaviour behaviour, int revision)
    {
        lock (_gate)
        {
            if (revision == 1)
            {
                // Its scale holds from the start on, not from the first mail.
                clock.At(clock.Start, revision, behaviour.TimeScale);
            }

            if (policy.Overlay is { } overlay && overlay != _overlay?.Overlay)
            {
                // So does an overlay's; a reload under it changes nothing of when it began.
                _overlay = (overlay, new RuleMoment(overlay.Began, clock.At(overlay.Began, revision, behaviour.TimeScale), behaviour.TimeScale));
            }

            var before = _tallies;
            _tallies = new Dictionary<string, RuleTally>(StringComparer.Ordinal);
            var rules = new RuleSet(behaviour, this, revision);
            var origin = new RuleMoment(clock.Start, 0, 1);
            var seed = Draw.SeedOf(policy.Seed, DrawKind.Rule);
            var order = 0;
            foreach (var rule in behaviour.Rules)
            {
                if (!_tallies.TryGetValue(rule.Name, out var tally))
                {
                    _tallies[rule.Name] = tally = before.GetValueOrDefault(rule.Name) ?? new RuleTally();
                }

                rules.Own.Add(new ActiveRule(rule, order++, ScopeOf(rule), rule.IsOfOverlay ? _overlay!.Value.Origin : origin, seed, tally));
            }

            foreach (var gone in _running.Keys.Where(name => !_tallies.ContainsKey(name)).ToList())
            {
                End(gone);
            }

            _latest = rules;
            return rules;
        }
    }

    /// <summary>Lets rules begin and end whose time has come, so that it is told of without a decision, too.</summary>
    public void Refresh(in Moment now)
    {
        _latest?.Refresh(now);
        Overrides.EndThoseOver(now);
    }

    /// <summary>A rule of a revision begins or ceases to hold.</summary>
    internal void Tell(RuleSet rules, ActiveRule rule, in RulePhase phase, in RuleMoment now)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(rules, _latest))
            {
                return;
            }

            if (!phase.Holds)
            {
                End(rule.Rule.Name);
                return;
            }

            DateTimeOffset? ends = phase.Changes is { } left ? now.Now.Utc + TimeSpan.FromMilliseconds(left) : null;
            if (_running.TryAdd(rule.Rule.Name, ends))
            {
                observer?.ScheduleBegan(rule.Rule.Name, ends);
            }
        }
    }

    private static ulong ScopeOf(BehaviourRule rule) => ByteHash.Of(Encoding.UTF8.GetBytes(rule.Name));

    private void End(string name)
    {
        if (_running.Remove(name))
        {
            observer?.ScheduleEnded(name);
        }
    }
}
