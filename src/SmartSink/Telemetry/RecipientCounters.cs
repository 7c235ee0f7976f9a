using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>
/// Recipients by configured domain. Counters belong to names, so they go on over a reload; an entry that nobody writes to costs
/// eight octets in its revision's table and nothing in a scrape.
/// </summary>
internal sealed class RecipientCounters
{
    private readonly ConcurrentDictionary<string, EntryCounters> _byName = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<IMailboxFilter, EntryTable> _tables = [];
    private EntryTable _latest = new(null, []);

    /// <summary>Counts one recipient.</summary>
    public void Increment(IMailboxFilter filter, int entry, Outcome outcome, Stage stage)
    {
        var table = Volatile.Read(ref _latest);
        if (!ReferenceEquals(table.Filter, filter))
        {
            table = TableOf(filter);
        }

        (table.Entries[entry] ?? Bind(table, entry)).Increment(outcome, stage);
    }

    /// <summary>All that are not 0.</summary>
    public IEnumerable<Measurement<long>> Read() => _byName.Values.SelectMany(counters => counters.Read());

    private EntryTable TableOf(IMailboxFilter filter)
    {
        // Another revision. Transactions of the one before it go on for a while, and both find theirs here by turns until they end.
        var table = _tables.GetOrAdd(filter, static filter => new EntryTable(filter, new EntryCounters?[filter.EntryCount]));
        Volatile.Write(ref _latest, table);
        return table;
    }

    // Two threads may come here at once: both find the same counters by name.
    private EntryCounters Bind(EntryTable table, int entry) =>
        table.Entries[entry] = _byName.GetOrAdd(table.Filter!.EntryName(entry), static name => new EntryCounters(name));
}
