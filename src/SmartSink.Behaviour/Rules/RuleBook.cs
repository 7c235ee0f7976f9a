using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.State;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Files;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// The state of rules that outlives the policy's revisions: the overrides, how often rules have
/// acted, and which schedules are in force. Thread-safe.
/// </summary>
/// <param name="clock">The providers' time.</param>
/// <param name="tries">Counts tries, for sequences.</param>
/// <param name="observer">Is notified of schedules and overrides; null for none.</param>
internal sealed class RuleBook(ScaledClock clock, TryCounter tries, IBehaviourObserver? observer)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset?> _running = new(StringComparer.Ordinal);
    private Dictionary<string, RuleTally> _tallies = new(StringComparer.Ordinal);
    private volatile RuleSet? _latest;
    private (PolicyOverlay Overlay, RuleMoment Origin)? _overlay;

    public ScaledClock Clock => clock;

    public TryCounter Tries => tries;

    /// <summary>The rules added while the sink runs, which are judged before those of the policy.</summary>
    public OverrideBook Overrides { get; } = new(observer);

    /// <summary>The schedules in force, by name.</summary>
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

    /// <summary>Makes the rules of a revision; changes of the previous revision's rules are no longer reported.</summary>
    /// <param name="policy">The revision.</param>
    /// <param name="behaviour">How its providers behave.</param>
    /// <param name="revision">Its number, from 1.</param>
    public RuleSet Open(PolicySnapshot policy, PolicyBehaviour behaviour, int revision)
    {
        lock (_gate)
        {
            if (revision == 1)
            {
                // Its time scale applies from the start, not from the first mail.
                clock.At(clock.Start, revision, behaviour.TimeScale);
            }

            if (policy.Overlay is { } overlay && overlay != _overlay?.Overlay)
            {
                // So does an overlay's; reloading the policy under it does not change when it began.
                _overlay = (overlay, new RuleMoment(overlay.Began, clock.At(overlay.Began, revision, behaviour.TimeScale), behaviour.TimeScale));
            }

            var before = _tallies;
            _tallies = new Dictionary<string, RuleTally>(StringComparer.Ordinal);
            var rules = new RuleSet(policy, behaviour, this, revision);
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

    /// <summary>Starts and ends rules whose time has come, so that this is reported even without a decision.</summary>
    public void Refresh(in Moment now)
    {
        _latest?.Refresh(now);
        Overrides.EndThoseOver(now);
    }

    /// <summary>A rule of a revision has come into force, or has ended.</summary>
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
