using System.Numerics;

namespace SmartSink.Policy.Matching;

/// <summary>
/// A hash table from names to entries: open addressing, names side by side in one array, so a look-up touches two cache lines
/// however many names there are.
/// </summary>
internal sealed class ByteTable
{
    private readonly Slot[] _slots;
    private readonly byte[] _names;
    private readonly uint _mask;

    /// <summary>Makes an empty table.</summary>
    /// <param name="names">Holds the octets of all names.</param>
    /// <param name="capacity">How many names will be added.</param>
    public ByteTable(byte[] names, int capacity)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, capacity) * 2)];
        _mask = (uint)_slots.Length - 1;
        _names = names;
        IsEmpty = capacity == 0;
    }

    /// <summary>Whether there is no name at all.</summary>
    public bool IsEmpty { get; }

    /// <summary>Adds a name that is not there yet.</summary>
    /// <param name="name">Where its octets stand.</param>
    /// <param name="entry">From 1.</param>
    public void Add(Range name, int entry)
    {
        var (offset, length) = name.GetOffsetAndLength(_names.Length);
        var hash = ByteHash.Of(_names.AsSpan(offset, length));
        var at = (uint)hash & _mask;
        while (_slots[at].Entry != 0)
        {
            at = (at + 1) & _mask;
        }

        _slots[at] = new Slot(Mark(hash), entry, offset, length);
    }

    /// <summary>The entry of a name, 0 when there is none.</summary>
    /// <param name="name">The name's octets.</param>
    /// <param name="hash">Their <see cref="ByteHash"/>.</param>
    public int Find(ReadOnlySpan<byte> name, ulong hash)
    {
        for (var at = (uint)hash & _mask; ; at = (at + 1) & _mask)
        {
            ref readonly var slot = ref _slots[at];
            if (slot.Entry == 0 || (slot.Mark == Mark(hash) && name.SequenceEqual(_names.AsSpan(slot.Offset, slot.Length))))
            {
                return slot.Entry;
            }
        }
    }

    private static uint Mark(ulong hash) => (uint)(hash >> 32);

    /// <summary>Sixteen octets, four to a cache line. The mark spares the look at a name that is not the one.</summary>
    private readonly record struct Slot(uint Mark, int Entry, int Offset, int Length);
}
