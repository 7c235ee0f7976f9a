using System.Collections.Concurrent;

namespace SmartSink.Policy.Decisions;

/// <summary>
/// Gives each recipient that asks its draw: without a seed a random one, with a seed the k-th of its domain. Safe for any number of threads;
/// it allocates only for a domain seen for the first time that no exact entry names.
/// </summary>
internal sealed class DrawSource
{
    /// <summary>
    /// How many domains matched by a pattern or by the default are counted each by itself. Those that come later share the counter of the
    /// entry that matched them: their totals stay right, but depend on the order in which domains appeared.
    /// </summary>
    public const int MaximumCountedDomains = 65_536;

    private readonly ulong? _seed;
    private readonly long[] _entries;
    private readonly ConcurrentDictionary<byte[], DomainCounter> _domains = new(ByteComparer.Instance);
    private readonly ConcurrentDictionary<byte[], DomainCounter>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private int _countedDomains;

    public DrawSource(ulong? seed, int entryCount)
    {
        _seed = seed;
        _entries = seed is null ? [] : new long[entryCount];
        _lookup = _domains.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public ulong Next(in DomainMatch match, ReadOnlySpan<byte> domain)
    {
        if (_seed is not { } seed)
        {
            return Draw.Random();
        }

        ref var counter = ref match.IsExact ? ref _entries[match.Entry] : ref CounterOf(match.Entry, domain);
        return Draw.Seeded(seed, match.Hash, (ulong)(Interlocked.Increment(ref counter) - 1));
    }

    private ref long CounterOf(int entry, ReadOnlySpan<byte> domain)
    {
        if (_lookup.TryGetValue(domain, out var counter))
        {
            return ref counter.Count;
        }

        if (Volatile.Read(ref _countedDomains) >= MaximumCountedDomains)
        {
            return ref _entries[entry];
        }

        var added = new DomainCounter();
        counter = _domains.GetOrAdd(domain.ToArray(), added);
        if (ReferenceEquals(counter, added))
        {
            Interlocked.Increment(ref _countedDomains);
        }

        return ref counter.Count;
    }
}

/// <summary>How many recipients of one domain have drawn. A field, for <see cref="Interlocked"/>.</summary>
internal sealed class DomainCounter
{
    internal long Count;
}
