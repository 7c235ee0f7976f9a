using System.Numerics;
using System.Text;

namespace SmartSink.Policy.Matching;

/// <summary>
/// A frozen hash table from names to entries: open addressing, names side by side in one array, so a look-up touches two cache lines
/// however many names there are.
/// </summary>
internal sealed class OctetTable
{
    private readonly Slot[] _slots;
    private readonly byte[] _names;
    private readonly uint _mask;

    /// <summary>Freezes names.</summary>
    /// <param name="names">Distinct, ASCII; entries count from 1.</param>
    public OctetTable(IReadOnlyCollection<(string Name, int Entry)> names)
    {
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, names.Count) * 2)];
        _mask = (uint)_slots.Length - 1;
        _names = new byte[names.Sum(entry => entry.Name.Length)];
        var offset = 0;
        foreach (var (name, entry) in names)
        {
            var octets = _names.AsSpan(offset, Encoding.ASCII.GetBytes(name, _names.AsSpan(offset)));
            Insert(OctetHash.Of(octets), entry, offset, octets.Length);
            offset += octets.Length;
        }
    }

    /// <summary>Whether there is no name at all.</summary>
    public bool IsEmpty => _names.Length == 0;

    /// <summary>The entry of a name, 0 when there is none.</summary>
    /// <param name="name">The name's octets.</param>
    /// <param name="hash">Their <see cref="OctetHash"/>.</param>
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

    private void Insert(ulong hash, int entry, int offset, int length)
    {
        var at = (uint)hash & _mask;
        while (_slots[at].Entry != 0)
        {
            at = (at + 1) & _mask;
        }

        _slots[at] = new Slot(Mark(hash), entry, offset, length);
    }

    /// <summary>Sixteen octets, four to a cache line. The mark spares the look at a name that is not the one.</summary>
    private readonly record struct Slot(uint Mark, int Entry, int Offset, int Length);
}
