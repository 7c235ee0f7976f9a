using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Behaviour.State;
using SmartSink.Policy;
using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// What of the rules outlives the policy's revisions: those that were added while the sink runs, how often rules have acted, and which schedules
/// go on. For any number of threads.
/// </summary>
/// <param name="clock">The providers' time.</param>
/// <param name="tries">How far sequences are.</param>
/// <param name="observer">Is told of schedules; null for nobody.</param>
internal sealed class RuleBook(ScaledClock clock, TryCounter tries, IBehaviourObserver? observer)
{
    /// <summary>How many rules can have been added at once.</summary>
    public const int MostAdded = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset?> _running = new(StringComparer.Ordinal);
    private Dictionary<string, RuleTally> _tallies = new(StringComparer.Ordinal);
    private volatile RuleSet? _latest;
    private int _lastId;

    public ScaledClock Clock => clock;

    public TryCounter Tries => tries;

    /// <summary>The rules that were added, which come before those of the policy.</summary>
    public RuleTable Added { get; } = new(static (_, _, _) => { });

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

            var before = _tallies;
            _tallies = new Dictionary<string, RuleTally>(StringComparer.Ordinal);
            var rules = new RuleSet(behaviour, policy.Seed, this, revision);
            var origin = new RuleMoment(clock.Start, 0, 1);
            var seed = Draw.SeedOf(policy.Seed, DrawKind.Rule);
            var order = 0;
            foreach (var rule in behaviour.Rules)
            {
                if (!_tallies.TryGetValue(rule.Name, out var tally))
                {
                    _tallies[rule.Name] = tally = before.GetValueOrDefault(rule.Name) ?? new RuleTally();
                }

                rules.Own.Add(new ActiveRule(rule, order++, ScopeOf(rule), origin, seed, tally));
            }

            foreach (var gone in _running.Keys.Where(name => !_tallies.ContainsKey(name)).ToList())
            {
                End(gone);
            }

            _latest = rules;
            Added.LookAgain();
            return rules;
        }
    }

    /// <summary>Adds a rule, whose time counts from now. It is no part of the policy's file, and a reload leaves it.</summary>
    /// <param name="rule">Not one that sets keys of domains: these belong to a revision.</param>
    /// <param name="now">The moment.</param>
    /// <returns>Its id; null when there are <see cref="MostAdded"/>.</returns>
    public int? Add(BehaviourRule rule, in Moment now)
    {
        if (rule.Action.Set is not null)
        {
            throw new ArgumentException("A rule that sets keys of domains belongs to the policy's revision", nameof(rule));
        }

        lock (_gate)
        {
            if (Added.Count >= MostAdded)
            {
                Drop(now);
                if (Added.Count >= MostAdded)
                {
                    return null;
                }
            }

            // Another of the same name begins anew.
            var id = ++_lastId;
            Added.Add(new ActiveRule(rule, id, ByteHash.Add(ScopeOf(rule), (ulong)id), TimeOf(now), Draw.SeedOf(_latest?.Seed, DrawKind.Rule), new RuleTally()));
            return id;
        }
    }

    /// <summary>Takes an added rule away; false when there is none of that id.</summary>
    public bool Remove(int id) => Added.Remove(id);

    /// <summary>Takes all added rules away.</summary>
    public void Clear()
    {
        foreach (var rule in Added.Rules)
        {
            Added.Remove(rule.Order);
        }
    }

    /// <summary>The added rules that may still act, in the order in which they were added.</summary>
    public IReadOnlyList<AddedRule> List(Moment now)
    {
        lock (_gate)
        {
            Drop(now);
            var time = TimeOf(now);
            return [.. Added.Rules.Select(rule => new AddedRule(rule.Order, rule.Rule, rule.Timetable.LeftAt(time), rule.Acted))];
        }
    }

    /// <summary>Lets rules begin and end whose time has come, so that it is told of without a decision, too.</summary>
    public void Refresh(in Moment now) => _latest?.Refresh(now);

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

    private RuleMoment TimeOf(in Moment now) => _latest is { } latest ? latest.TimeOf(now) : new RuleMoment(now, clock.At(now), 1);

    private void End(string name)
    {
        if (_running.Remove(name))
        {
            observer?.ScheduleEnded(name);
        }
    }

    // Those whose time is over, and those that have acted as often as they may.
    private void Drop(in Moment now)
    {
        Added.LookAgain();
        Added.Look(TimeOf(now), dropsOver: true);
        foreach (var rule in Added.Rules)
        {
            if (rule.IsUsedUp)
            {
                Added.Remove(rule.Order);
            }
        }
    }
}

/// <summary>A rule that was added while the sink runs.</summary>
/// <param name="Id">By which it can be removed.</param>
/// <param name="Rule">What it says.</param>
/// <param name="Left">How long it will be there; null without an end.</param>
/// <param name="Acted">How often it has acted.</param>
internal sealed record AddedRule(int Id, BehaviourRule Rule, TimeSpan? Left, long Acted);
