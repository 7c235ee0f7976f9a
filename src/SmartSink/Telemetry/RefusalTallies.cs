using System.Runtime.CompilerServices;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Telemetry;

/// <summary>Which replies refuse most often at each domain, for each revision of the rules by itself: a reply's text is the file's.</summary>
internal sealed class RefusalTallies
{
    private readonly ConditionalWeakTable<IMailboxFilter, Table> _tables = [];
    private Table _latest = new(null, []);

    public void Count(IMailboxFilter filter, int entry, Reply reply)
    {
        var table = Volatile.Read(ref _latest);
        if (!ReferenceEquals(table.Filter, filter))
        {
            table = _tables.GetOrAdd(filter, static filter => new Table(filter, new RefusalTally?[filter.EntryCount]));
            Volatile.Write(ref _latest, table);
        }

        (table.Tallies[entry] ?? Begin(ref table.Tallies[entry])).Count(reply);
    }

    /// <summary>The most frequent one, and how often it was given; null when nothing was refused.</summary>
    public (Reply Reply, long Count)? Top(IMailboxFilter filter, int entry) => _tables.TryGetValue(filter, out var table) ? table.Tallies[entry]?.Top() : null;

    private static RefusalTally Begin(ref RefusalTally? tally) => Interlocked.CompareExchange(ref tally, new RefusalTally(), null) ?? tally;

    private sealed record Table(IMailboxFilter? Filter, RefusalTally?[] Tallies);
}

/// <summary>
/// Counts replies, of which there may be any number, in a few places. Where all are taken the least frequent makes room and leaves its count to the
/// newcomer (Metwally, Agrawal and El Abbadi, 2005), so a reply that is more than one in so many is never missed.
/// </summary>
internal sealed class RefusalTally
{
    /// <summary>How many places there are at most.</summary>
    public const int Most = 32;

    private readonly Lock _gate = new();
    private Place[] _places = [];

    public void Count(Reply reply)
    {
        if (Find(reply) is { } place)
        {
            Interlocked.Increment(ref place.Count);
        }
        else
        {
            Add(reply);
        }
    }

    /// <summary>The most frequent reply.</summary>
    public (Reply Reply, long Count)? Top() =>
        Volatile.Read(ref _places).MaxBy(place => Volatile.Read(ref place.Count)) is { } top ? (top.Reply, Volatile.Read(ref top.Count)) : null;

    private void Add(Reply reply)
    {
        lock (_gate)
        {
            var place = Find(reply);
            if (place is null && _places.Length < Most)
            {
                Volatile.Write(ref _places, [.. _places, new Place(reply)]);
                return;
            }

            place ??= Rarest();
            place.Reply = reply;
            Interlocked.Increment(ref place.Count);
        }
    }

    private Place? Find(Reply reply)
    {
        foreach (var place in Volatile.Read(ref _places))
        {
            if (ReferenceEquals(place.Reply, reply))
            {
                return place;
            }
        }

        return null;
    }

    private Place Rarest()
    {
        var rarest = _places[0];
        foreach (var place in _places)
        {
            rarest = place.Count < rarest.Count ? place : rarest;
        }

        return rarest;
    }

    private sealed class Place(Reply reply)
    {
        public long Count = 1;

        public Reply Reply { get; set; } = reply;
    }
}
