using System.Buffers.Binary;

namespace SmartSink.Policy.Decisions;

/// <summary>
/// Hashes names with 64 bits, label by label from the last to the first.
/// It is part of what makes seeded draws repeatable: it never changes.
/// </summary>
/// <remarks>
/// A label is its length and then its octets in groups of eight, little-endian, the last group filled up with zeros.
/// Each of these numbers goes in by <c>h = (h xor n) * 0x9E3779B97F4A7C15; h = h xor (h >> 32)</c>.
/// </remarks>
internal static class ByteHash
{
    public const ulong Empty = 0xCBF29CE484222325;

    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const ulong EachByte = 0x0101010101010101;
    private const int GroupLength = sizeof(ulong);

    public static ulong Of(ReadOnlySpan<byte> domain)
    {
        var hash = Empty;
        while (true)
        {
            var dot = domain.LastIndexOf((byte)'.');
            hash = AddLabel(hash, domain[(dot + 1)..]);
            if (dot < 0)
            {
                return hash;
            }

            domain = domain[..dot];
        }
    }

    public static ulong Add(ulong hash, ulong number)
    {
        hash = (hash ^ number) * Multiplier;
        return hash ^ (hash >> 32);
    }

    public static ulong AddLabel(ulong hash, ReadOnlySpan<byte> label)
    {
        hash = Add(hash, (ulong)label.Length);
        for (; label.Length >= GroupLength; label = label[GroupLength..])
        {
            hash = Add(hash, BinaryPrimitives.ReadUInt64LittleEndian(label));
        }

        return label.IsEmpty ? hash : Add(hash, LastGroup(label));
    }

    public static ulong AddLabelIgnoringCase(ulong hash, ReadOnlySpan<byte> label)
    {
        hash = Add(hash, (ulong)label.Length);
        for (; label.Length >= GroupLength; label = label[GroupLength..])
        {
            hash = Add(hash, ToLower(BinaryPrimitives.ReadUInt64LittleEndian(label)));
        }

        return label.IsEmpty ? hash : Add(hash, ToLower(LastGroup(label)));
    }

    private static ulong LastGroup(ReadOnlySpan<byte> bytes)
    {
        ulong group = 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            group = (group << 8) | bytes[i];
        }

        return group;
    }

    // Eight octets at once: the top bit of each sum tells whether the octet is at least 'A', or beyond 'Z'; no carry leaves an octet.
    private static ulong ToLower(ulong group)
    {
        var low = group & (0x7F * EachByte);
        var atLeastA = low + ((0x80 - 'A') * EachByte);
        var beyondZ = low + ((0x7F - 'Z') * EachByte);
        var isUpper = (atLeastA ^ beyondZ) & ~group & (0x80 * EachByte);
        return group | (isUpper >> 2);
    }
}
