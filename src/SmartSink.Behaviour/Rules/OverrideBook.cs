using System.Globalization;
using System.Net;
using System.Text;
using SmartSink.Behaviour.Events;
using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Replies;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// The rules added while the sink runs: the newest is judged first, and all of them before those of the policy, whose reloads do not affect
/// them. Thread-safe; decisions read <see cref="Index"/> without a lock.
/// </summary>
/// <param name="observer">Is notified of each that is added or ends; null for none.</param>
internal sealed class OverrideBook(IBehaviourObserver? observer)
{
    /// <summary>How many overrides can exist at once.</summary>
    public const int Most = 10_000;

    private readonly Lock _gate = new();

    // By the order of their rules, newest first.
    private readonly SortedDictionary<int, Entry> _entries = [];
    private int _lastId;
    private long _actedBefore;

    /// <summary>Finds the overrides for a domain. Some of them may have ended.</summary>
    public RuleIndex Index { get; } = new();

    /// <summary>How many overrides there are, and when the oldest of them was added; null for none.</summary>
    public (int Count, DateTimeOffset? Oldest) InForce
    {
        get
        {
            lock (_gate)
            {
                return (_entries.Count, _entries.Count == 0 ? null : _entries.Values.Min(entry => entry.CreatedAt));
            }
        }
    }

    /// <summary>How often overrides have acted, including those that have ended.</summary>
    public long Acted
    {
        get
        {
            lock (_gate)
            {
                return _actedBefore + _entries.Values.Sum(entry => entry.Rule.Acted);
            }
        }
    }

    /// <summary>Adds an override, whose time counts from now.</summary>
    /// <param name="given">What it should do, as written by the user.</param>
    /// <param name="found">Mistakes already known. If there are any, nothing is added, and the remaining mistakes are reported too.</param>
    /// <param name="seed">Makes draws repeatable; null for random ones.</param>
    /// <param name="now">The moment.</param>
    public OverrideResult Add(OverrideText given, IReadOnlyList<OverrideProblem> found, ulong? seed, in Moment now)
    {
        var reader = new OverrideReader(given, found);
        if (reader.Read(seed ?? Draw.Random()) is not { } rule)
        {
            return new OverrideResult(null, reader.Problems);
        }

        lock (_gate)
        {
            if (_entries.Count >= Most)
            {
                Drop(now);
            }

            if (_entries.Count >= Most)
            {
                return new OverrideResult(null, []);
            }

            var id = ++_lastId;
            var scope = ByteHash.Add(ByteHash.Of(Encoding.UTF8.GetBytes(rule.Name)), (ulong)id);
            var active = new ActiveRule(rule, -id, scope, new RuleMoment(now, 0, 1), Draw.SeedOf(seed, DrawKind.Rule), new RuleTally())
            {
                EndsAt = now.Milliseconds + (long)reader.Lifetime.TotalMilliseconds,
            };
            var entry = new Entry(active, given, now.Utc, now.Utc + reader.Lifetime);
            _entries.Add(active.Order, entry);
            Index.Add(active);
            observer?.OverrideAdded(entry.Notice, entry.ExpiresAt);
            return new OverrideResult(entry.At(now), []);
        }
    }

    /// <summary>The overrides that may still act, newest first.</summary>
    public IReadOnlyList<Override> List(in Moment now) => List(now, static _ => true);

    /// <summary>An override that may still act; null when there is none with that id.</summary>
    public Override? Find(string id, in Moment now)
    {
        lock (_gate)
        {
            Drop(now);
            return TryFind(id, out var entry) ? entry.At(now) : null;
        }
    }

    /// <summary>Removes an override; false when there is none with that id.</summary>
    public bool Remove(string id, in Moment now)
    {
        lock (_gate)
        {
            Drop(now);
            return TryFind(id, out var entry) && TakeBack(rule => rule == entry.Rule) > 0;
        }
    }

    /// <summary>Removes all overrides, and returns how many there were.</summary>
    public int Clear(in Moment now)
    {
        lock (_gate)
        {
            Drop(now);
            return TakeBack(static _ => true);
        }
    }

    /// <summary>The overrides that may apply to a recipient, newest first.</summary>
    /// <param name="localPart">The local part; empty for any.</param>
    /// <param name="domain">The domain without the domain suffix.</param>
    /// <param name="client">The client's address; null for any.</param>
    /// <param name="sender">The sender's mailbox, empty for the null sender; null for any.</param>
    /// <param name="now">The moment.</param>
    public IReadOnlyList<Override> Meeting(ReadOnlySpan<byte> localPart, ReadOnlySpan<byte> domain, IPAddress? client, byte[]? sender, in Moment now)
    {
        if (Index.IsEmpty)
        {
            return [];
        }

        var met = new HashSet<ActiveRule>(ReferenceEqualityComparer.Instance);
        var candidates = Index.Of(domain);
        while (candidates.TryNext(out var rule))
        {
            if (rule.MayMeet(localPart, domain, client, sender))
            {
                met.Add(rule);
            }
        }

        return List(now, met.Contains);
    }

    /// <summary>Removes the overrides that have expired, and those that have acted as often as they may.</summary>
    public void EndThoseOver(in Moment now)
    {
        lock (_gate)
        {
            Drop(now);
        }
    }

    private List<Override> List(in Moment now, Predicate<ActiveRule> isMeant)
    {
        lock (_gate)
        {
            Drop(now);
            var list = new List<Override>();
            foreach (var entry in _entries.Values)
            {
                if (isMeant(entry.Rule))
                {
                    list.Add(entry.At(now));
                }
            }

            return list;
        }
    }

    private bool TryFind(string id, out Entry entry)
    {
        entry = null!;
        return int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && _entries.TryGetValue(-number, out entry!) && entry.Id == id;
    }

    private void Drop(in Moment now)
    {
        var moment = now;
        Take(rule => rule.IsUsedUp || !rule.HoldsAt(moment), notice => observer?.OverrideEnded(notice));
    }

    private int TakeBack(Predicate<ActiveRule> isMeant) => Take(isMeant, notice => observer?.OverrideRemoved(notice));

    // All in a single pass, so that ten thousand that end together take no longer than one check of each.
    private int Take(Predicate<ActiveRule> goes, Action<OverrideNotice> tell)
    {
        var gone = new List<Entry>();
        foreach (var entry in _entries.Values)
        {
            if (goes(entry.Rule))
            {
                gone.Add(entry);
            }
        }

        if (gone.Count == 0)
        {
            return 0;
        }

        var rules = gone.Select(entry => entry.Rule).ToHashSet<ActiveRule>(ReferenceEqualityComparer.Instance);
        Index.RemoveAll(rules.Contains);
        foreach (var entry in gone)
        {
            _entries.Remove(entry.Rule.Order);
            _actedBefore += entry.Rule.End();
            tell(entry.Notice);
        }

        return gone.Count;
    }

    private sealed record Entry(ActiveRule Rule, OverrideText Given, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
    {
        public string Id { get; } = (-Rule.Order).ToString(CultureInfo.InvariantCulture);

        public OverrideNotice Notice => new(Id, Rule.Rule.Name, Rule.Acted);

        public Override At(in Moment now) => new(
            Id, Rule.Rule.Name, Given, Rule.Acted, CreatedAt, ExpiresAt, TimeSpan.FromMilliseconds(Math.Max(0, Rule.EndsAt - now.Milliseconds)));
    }
}

/// <summary>A rule added while the sink runs.</summary>
/// <param name="Id">The id with which it can be removed.</param>
/// <param name="Name">The name given, or else what it does.</param>
/// <param name="Given">What it should do, as written by the user.</param>
/// <param name="Acted">How often it has acted.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="ExpiresAt">When it ends at the latest, unless the calendar is changed.</param>
/// <param name="Left">How long it has left.</param>
internal sealed record Override(string Id, string Name, OverrideText Given, long Acted, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, TimeSpan Left);

/// <summary>The result of adding an override.</summary>
/// <param name="Added">The override; null when there are mistakes, or no room.</param>
/// <param name="Problems">All mistakes; empty if there already are <see cref="OverrideBook.Most"/> overrides.</param>
internal sealed record OverrideResult(Override? Added, IReadOnlyList<OverrideProblem> Problems);
