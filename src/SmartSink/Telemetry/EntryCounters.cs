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
    where TCounters : class, new()
{
    private readonly ConcurrentDictionary<string, TCounters> _byName = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<IMailboxFilter, EntryTable> _tables = [];
    private EntryTable _latest = new(null, []);

    /// <summary>All of them by name.</summary>
    public IEnumerable<KeyValuePair<string, TCounters>> All => _byName;

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

    private EntryTable TableOf(IMailboxFilter filter)
    {
        // Another revision. Transactions of the one before it go on for a while, and both find theirs here by turns until they end.
        var table = _tables.GetOrAdd(filter, static filter => new EntryTable(filter, new TCounters?[filter.EntryCount]));
        Volatile.Write(ref _latest, table);
        return table;
    }

    // Two threads may come here at once: both find the same counters by name.
    private TCounters Bind(EntryTable table, int entry) =>
        table.Entries[entry] = _byName.GetOrAdd(table.Filter!.EntryName(entry), static _ => new TCounters());

    /// <summary>One revision's entries with their counters: an index finds what otherwise a name would have to be looked up for. No filter in the table before the first.</summary>
    private sealed record EntryTable(IMailboxFilter? Filter, TCounters?[] Entries);
}
