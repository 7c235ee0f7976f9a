using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Prometheus;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>
/// Recipients by configured domain. Counters belong to names, so they go on over a reload; an entry that nobody writes to costs
/// eight bytes in its revision's table and nothing on a page.
/// </summary>
internal sealed class RecipientCounters
{
    private readonly ConcurrentDictionary<string, EntryCounters> _byName = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<IMailboxFilter, EntryTable> _tables = [];
    private EntryTable _latest = new(null, []);

    public void Increment(IMailboxFilter filter, int entry, Outcome outcome, Stage stage)
    {
        var table = Volatile.Read(ref _latest);
        if (!ReferenceEquals(table.Filter, filter))
        {
            table = TableOf(filter);
        }

        (table.Entries[entry] ?? Bind(table, entry)).Increment(outcome, stage);
    }

    public void Fill(Counter recipients)
    {
        foreach (var (name, counters) in _byName)
        {
            counters.Fill(recipients, name);
        }
    }

    private EntryTable TableOf(IMailboxFilter filter)
    {
        // Another revision. Transactions of the one before it go on for a while, and both find theirs here by turns until they end.
        var table = _tables.GetOrAdd(filter, static filter => new EntryTable(filter, new EntryCounters?[filter.EntryCount]));
        Volatile.Write(ref _latest, table);
        return table;
    }

    // Two threads may come here at once: both find the same counters by name.
    private EntryCounters Bind(EntryTable table, int entry) =>
        table.Entries[entry] = _byName.GetOrAdd(table.Filter!.EntryName(entry), static _ => new EntryCounters());

    /// <summary>One revision's entries with their counters: an index finds what otherwise a name would have to be looked up for. No filter in the table before the first.</summary>
    private sealed record EntryTable(IMailboxFilter? Filter, EntryCounters?[] Entries);

    private sealed class EntryCounters
    {
        private static readonly int Stages = LabelWords.Stages.Count;
        private readonly long[] _cells = new long[LabelWords.Outcomes.Count * Stages];

        public void Increment(Outcome outcome, Stage stage) => Interlocked.Increment(ref _cells[((int)outcome * Stages) + (int)stage]);

        public void Fill(Counter recipients, string name)
        {
            for (var cell = 0; cell < _cells.Length; cell++)
            {
                if (Volatile.Read(ref _cells[cell]) is > 0 and var count)
                {
                    recipients.WithLabels(LabelWords.Outcomes[cell / Stages], LabelWords.Stages[cell % Stages], name).IncTo(count);
                }
            }
        }
    }
}
