using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SmartSink.Behaviour.State;

/// <summary>What is remembered under one key; each kind uses some of the fields. 88 bytes.</summary>
internal struct MemoryEntry
{
    public StateKey Key;

    /// <summary>When the entry is no longer needed.</summary>
    public long ExpiresAt;

    /// <summary>What is missing from a full bucket.</summary>
    public long Spent;

    /// <summary>When <see cref="Spent"/> was last computed; for a greylist, when the first try came.</summary>
    public long At;

    public long BlockedUntil;

    public long ThrottledSince;

    public long WarmSince;

    /// <summary>The count of the current period; for a sequence, its position.</summary>
    public int Count;

    public int Throttled;

    public int Connections;

    public ushort Recipients;

    public ushort PermFails;

    public byte Blocks;

    public byte WarmPeriod;

    public EntryFlags Flags;

    /// <summary>For a free entry, the next one; from 1, 0 for none.</summary>
    public int Next;

    public readonly bool Has(EntryFlags flag) => (Flags & flag) != EntryFlags.None;

    public void NeedUntil(long moment) => ExpiresAt = Math.Max(ExpiresAt, moment);
}

[Flags]
internal enum EntryFlags : byte
{
    None = 0,

    /// <summary>In use, not free.</summary>
    Used = 1,

    /// <summary>Asked for since the clock hand last passed.</summary>
    Touched = 2,

    /// <summary>In use by a call.</summary>
    Pinned = 4,

    /// <summary>The warm-up has begun.</summary>
    Warming = 8,

    /// <summary>Passed by the greylist.</summary>
    Passed = 16,
}

/// <summary>
/// A part of the memory under one lock: a hash index (open addressing) over entries in chunks, so that entries never move. When it is full,
/// an entry that was not asked for since the clock hand last passed is evicted (the clock algorithm, Corbató 1969); each insertion also
/// lets the hand check two entries for expiry.
/// </summary>
internal sealed class MemoryStripe(int capacity)
{
    private const int ChunkBits = 8;
    private const int ChunkLength = 1 << ChunkBits;
    private const int FirstIndexLength = 16;
    private const int LooksPerNewcomer = 2;
    private const int CacheLine = 64;

    // The bits of an index slot that hold a part of the key, so that other keys' entries are hardly
    // ever read; the rest is the entry's number, from 1.
    private readonly uint _tag = uint.MaxValue << (BitOperations.Log2((uint)capacity) + 1);
    private uint[] _index = new uint[FirstIndexLength];
    private MemoryEntry[][] _chunks = [];
    private int _used;
    private int _free;
    private int _hand;

    public Lock Gate { get; } = new();

    public int Count { get; private set; }

    public long Evictions { get; private set; }

    /// <summary>The memory it takes, in bytes, without array headers.</summary>
    public long Size => ((long)_index.Length * sizeof(int)) + ((long)_chunks.Length * (Unsafe.SizeOf<MemoryEntry>() * ChunkLength));

    /// <summary>Prefetches the entry that is probably the key's. Takes no lock: whatever it finds is only a hint.</summary>
    public unsafe void Expect(StateKey key)
    {
        var (index, chunks) = (_index, _chunks);
        for (var place = PlaceIn(index, key); index[place] is not 0 and var slot; place = PlaceBehind(index, place))
        {
            if (!MayBe(slot, key))
            {
                continue;
            }

            var at = NumberOf(slot) - 1;
            if (Sse.IsSupported && (uint)(at >> ChunkBits) < (uint)chunks.Length)
            {
                // An entry starts anywhere in a cache line, and may end in the third.
                var entry = (byte*)Unsafe.AsPointer(ref In(chunks, at));
                Sse.Prefetch0(entry);
                Sse.Prefetch0(entry + CacheLine);
                Sse.Prefetch0(entry + Unsafe.SizeOf<MemoryEntry>() - 1);
            }

            return;
        }
    }

    /// <summary>The entry of a key, or a null reference.</summary>
    public ref MemoryEntry Find(StateKey key, long now)
    {
        var index = _index;
        for (var place = PlaceIn(index, key); index[place] is not 0 and var slot; place = PlaceBehind(index, place))
        {
            if (!MayBe(slot, key))
            {
                continue;
            }

            ref var entry = ref this[NumberOf(slot)];
            if (entry.Key == key)
            {
                if (IsOver(ref entry, now))
                {
                    Reset(ref entry);
                }

                entry.Flags |= EntryFlags.Touched;
                return ref entry;
            }
        }

        return ref Unsafe.NullRef<MemoryEntry>();
    }

    /// <summary>The entry of a key; a new or expired one is empty.</summary>
    public ref MemoryEntry FindOrAdd(StateKey key, long now)
    {
        ref var found = ref Find(key, now);
        if (!Unsafe.IsNullRef(ref found))
        {
            return ref found;
        }

        for (var i = 0; i < LooksPerNewcomer && Count > 0; i++)
        {
            if (IsOver(ref this[Advance()], now))
            {
                Remove(_hand);
            }
        }

        var at = Take();
        ref var entry = ref this[at];
        entry = new MemoryEntry { Key = key, ExpiresAt = now, Flags = EntryFlags.Used };
        Put(key, at);
        Count++;
        return ref entry;
    }

    /// <summary>Counts the entries that satisfy a condition.</summary>
    public int CountWhere(Func<MemoryEntry, bool> isTrue)
    {
        var count = 0;
        for (var at = 1; at <= _used; at++)
        {
            ref var entry = ref this[at];
            count += entry.Has(EntryFlags.Used) && isTrue(entry) ? 1 : 0;
        }

        return count;
    }

    private ref MemoryEntry this[int at] => ref In(_chunks, at - 1);

    // A place is never outside its chunk: checking the chunk's length would be one more cache miss.
    private static ref MemoryEntry In(MemoryEntry[][] chunks, int place) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(chunks[place >> ChunkBits]), place & (ChunkLength - 1));

    private static bool IsOver(ref MemoryEntry entry, long now) =>
        entry.ExpiresAt <= now && entry.Connections == 0 && (entry.Flags & (EntryFlags.Used | EntryFlags.Pinned)) == EntryFlags.Used;

    private static void Reset(ref MemoryEntry entry) =>
        entry = new MemoryEntry { Key = entry.Key, ExpiresAt = entry.ExpiresAt, Flags = EntryFlags.Used };

    private static int PlaceIn(uint[] index, StateKey key) => (int)key.High & (index.Length - 1);

    private static int PlaceBehind(uint[] index, int place) => (place + 1) & (index.Length - 1);

    private int NumberOf(uint slot) => (int)(slot & ~_tag);

    private bool MayBe(uint slot, StateKey key) => ((slot ^ TagOf(key)) & _tag) == 0;

    // Other bits than those that determine the slot.
    private static uint TagOf(StateKey key) => (uint)(key.High >> 32);

    private int Take()
    {
        if (_free != 0)
        {
            var at = _free;
            _free = this[at].Next;
            return at;
        }

        if (_used < capacity)
        {
            if (_used == _chunks.Length * ChunkLength)
            {
                Array.Resize(ref _chunks, _chunks.Length + 1);
                _chunks[^1] = new MemoryEntry[ChunkLength];
            }

            if (_used >= _index.Length / 4 * 3)
            {
                GrowIndex();
            }

            return ++_used;
        }

        Evict();
        return Take();
    }

    // If an entry is evicted, its connections are forgotten: after two rounds, the hand evicts even an entry with connections.
    private void Evict()
    {
        for (var looked = 0; ; looked++)
        {
            ref var entry = ref this[Advance()];
            if (!entry.Has(EntryFlags.Used) || entry.Has(EntryFlags.Pinned))
            {
                continue;
            }

            if (looked < 2 * _used && (entry.Has(EntryFlags.Touched) || entry.Connections > 0))
            {
                entry.Flags &= ~EntryFlags.Touched;
                continue;
            }

            Remove(_hand);
            Evictions++;
            return;
        }
    }

    private int Advance() => _hand = _hand >= _used ? 1 : _hand + 1;

    private void Remove(int at)
    {
        ref var entry = ref this[at];
        var hole = PlaceIn(_index, entry.Key);
        while (NumberOf(_index[hole]) != at)
        {
            hole = PlaceBehind(_index, hole);
        }

        // Moves up the entries after the hole that belong closer to their slot, since a search ends at an empty slot.
        for (var place = PlaceBehind(_index, hole); _index[place] is not 0 and var slot; place = PlaceBehind(_index, place))
        {
            var first = PlaceIn(_index, this[NumberOf(slot)].Key);
            if (((place - first) & (_index.Length - 1)) >= ((place - hole) & (_index.Length - 1)))
            {
                _index[hole] = slot;
                hole = place;
            }
        }

        _index[hole] = 0;
        entry.Flags = EntryFlags.None;
        entry.Next = _free;
        _free = at;
        Count--;
    }

    private void Put(StateKey key, int at)
    {
        var place = PlaceIn(_index, key);
        while (_index[place] != 0)
        {
            place = PlaceBehind(_index, place);
        }

        _index[place] = (TagOf(key) & _tag) | (uint)at;
    }

    private void GrowIndex()
    {
        _index = new uint[_index.Length * 2];
        for (var at = 1; at <= _used; at++)
        {
            ref var entry = ref this[at];
            if (entry.Has(EntryFlags.Used))
            {
                Put(entry.Key, at);
            }
        }
    }
}
