namespace SmartSink.Policy.Matching;

/// <summary>
/// FNV-1a with 64 bits over octets taken from the last to the first, so that one pass over a domain yields the hash of each of its parents.
/// It is part of what makes seeded draws repeatable: it never changes.
/// </summary>
internal static class OctetHash
{
    /// <summary>The hash of no octets.</summary>
    public const ulong Empty = 0xCBF29CE484222325;

    private const ulong Prime = 0x100000001B3;

    /// <summary>The hash after one more octet.</summary>
    public static ulong Add(ulong hash, byte octet) => (hash ^ octet) * Prime;

    /// <summary>The hash of octets.</summary>
    public static ulong Of(ReadOnlySpan<byte> octets) => Add(Empty, octets);

    /// <summary>The hash after more octets, the last of them first.</summary>
    public static ulong Add(ulong hash, ReadOnlySpan<byte> octets)
    {
        for (var i = octets.Length - 1; i >= 0; i--)
        {
            hash = Add(hash, octets[i]);
        }

        return hash;
    }

    /// <summary>The same with A to Z taken as a to z.</summary>
    public static ulong AddIgnoringCase(ulong hash, ReadOnlySpan<byte> octets)
    {
        for (var i = octets.Length - 1; i >= 0; i--)
        {
            var octet = octets[i];
            hash = Add(hash, octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet);
        }

        return hash;
    }
}
