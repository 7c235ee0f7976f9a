using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>
/// What is counted by configured domain. Counters belong to names, so they go on over a reload; an entry that nobody writes to costs
/// eight bytes in its revision's table and nothing on a page.
/// </summary>
/// <typeparam name="TCounters">What is counted of one entry.</typeparam>
internal sealed class EntryCounters<TCounters>
    where TCounters : class, IEntryCounters<TCounters>, new()
{
    private readonly ConcurrentDictionary<string, TCounters> _byName = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<IMailboxFilter, EntryTable> _tables = [];
    private readonly Lock _gate = new();
    private EntryTable _latest = new(null, []);
    private KeyValuePair<string, TCounters>[] _inOrder = new KeyValuePair<string, TCounters>[16];
    private int _known;

    /// <summary>All of them in the order in which they were first written to: it only ever grows.</summary>
    public ReadOnlySpan<KeyValuePair<string, TCounters>> InOrder
    {
        get
        {
            // In this order: the array only grows, so it has at least as many as were known a moment before.
            var known = Volatile.Read(ref _known);
            return Volatile.Read(ref _inOrder).AsSpan(0, known);
        }
    }

    public TCounters Of(IMailboxFilter filter, int entry)
    {
        var table = Volatile.Read(ref _latest);
        if (!ReferenceEquals(table.Filter, filter))
        {
            table = TableOf(filter);
        }

        return table.Entries[entry] ?? Bind(table, entry);
    }

    /// <summary>The entries of a revision that were written to.</summary>
    public IEnumerable<(int Entry, string Name)> Of(IMailboxFilter filter)
    {
        if (!_tables.TryGetValue(filter, out var table))
        {
            yield break;
        }

        for (var entry = 0; entry < table.Entries.Length; entry++)
        {
            if (Volatile.Read(ref table.Entries[entry]) is not null)
            {
                yield return (entry, filter.EntryName(entry));
            }
        }
    }

    /// <summary>Brings what was counted to the page: under its name where that has series of its own, and all the rest together.</summary>
    public void Fill(SinkMetrics metrics)
    {
        // Without a lock, and once: a name that comes meanwhile has its turn on the next page.
        var all = new List<KeyValuePair<string, TCounters>>();
        foreach (var named in _byName)
        {
            all.Add(named);
        }

        metrics.Domains.Admit(all.Select(named => named.Key), name => _byName[name].Total);
        var rest = new TCounters();
        foreach (var (name, counters) in all)
        {
            if (metrics.Domains.IsOwn(name))
            {
                counters.Fill(metrics, name);
            }
            else
            {
                counters.AddTo(rest);
            }
        }

        rest.Fill(metrics, DomainSeries.Rest);
    }

    private EntryTable TableOf(IMailboxFilter filter)
    {
        // Another revision. Transactions of the one before it go on for a while, and both find theirs here by turns until they end.
        var table = _tables.GetOrAdd(filter, static filter => new EntryTable(filter, new TCounters?[filter.EntryCount]));
        Volatile.Write(ref _latest, table);
        return table;
    }

    // Two threads may come here at once: both find the same counters by name.
    private TCounters Bind(EntryTable table, int entry)
    {
        var name = table.Filter!.EntryName(entry);
        return table.Entries[entry] = _byName.TryGetValue(name, out var counters) ? counters : Add(name);
    }

    private TCounters Add(string name)
    {
        lock (_gate)
        {
            if (_byName.TryGetValue(name, out var counters))
            {
                return counters;
            }

            counters = new TCounters();
            if (_known == _inOrder.Length)
            {
                var larger = new KeyValuePair<string, TCounters>[_known * 2];
                _inOrder.CopyTo(larger, 0);
                Volatile.Write(ref _inOrder, larger);
            }

            _inOrder[_known] = new(name, counters);
            Volatile.Write(ref _known, _known + 1);
            _byName[name] = counters;
            return counters;
        }
    }

    /// <summary>One revision's entries with their counters: an index finds what otherwise a name would have to be looked up for. No filter in the table before the first.</summary>
    private sealed record EntryTable(IMailboxFilter? Filter, TCounters?[] Entries);
}

/// <summary>What is counted of one configured domain.</summary>
internal interface IEntryCounters<in TSelf>
{
    /// <summary>How much was counted: the busiest domains come first.</summary>
    long Total { get; }

    /// <summary>Adds what was counted to a sum, which nobody else reads yet.</summary>
    void AddTo(TSelf sum);

    /// <summary>Brings what was counted to the page, under a name.</summary>
    void Fill(SinkMetrics metrics, string name);
}

/// <summary>
/// Which configured domains have series of their own: as many as there is room for, and the rest counts as <see cref="Rest"/>. What was once
/// decided of a name holds until the process ends, since a counter must never go down. Used while a page is made, so by one thread at a time.
/// </summary>
/// <param name="most">How many have them, beside <see cref="Rest"/>.</param>
internal sealed class DomainSeries(int most)
{
    /// <summary>What all others are called, and all domains that the policy does not name.</summary>
    public const string Rest = "other";

    private readonly Dictionary<string, bool> _isOwn = new(StringComparer.Ordinal) { [Rest] = false };
    private int _own;

    /// <summary>How many configured domains count as <see cref="Rest"/>.</summary>
    public int Folded => _isOwn.Count - 1 - _own;

    /// <summary>Decides of names that are new: where there is not room for all, the busiest get it.</summary>
    /// <param name="names">Those of which something was counted.</param>
    /// <param name="total">How much that was.</param>
    public void Admit(IEnumerable<string> names, Func<string, long> total)
    {
        var added = names.Where(name => !_isOwn.ContainsKey(name)).ToList();
        var room = most - _own;
        if (added.Count > room && room > 0)
        {
            var busy = added.ToDictionary(name => name, total, StringComparer.Ordinal);
            added.Sort((first, second) => busy[second].CompareTo(busy[first]));
        }

        foreach (var name in added)
        {
            _isOwn.Add(name, room > 0);
            _own += room-- > 0 ? 1 : 0;
        }
    }

    /// <summary>Whether a name has series of its own; not before it was admitted.</summary>
    public bool IsOwn(string name) => _isOwn.GetValueOrDefault(name);
}
