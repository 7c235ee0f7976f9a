using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>One revision's entries with their counters: an index finds what otherwise a name would have to be looked up for.</summary>
/// <param name="Filter">The revision; null in the table that stands before the first.</param>
/// <param name="Entries">By entry; null where nothing was counted yet.</param>
internal sealed record EntryTable(IMailboxFilter? Filter, EntryCounters?[] Entries);
