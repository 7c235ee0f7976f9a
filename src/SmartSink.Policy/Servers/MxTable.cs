using System.Buffers.Binary;
using System.Net;

namespace SmartSink.Policy.Servers;

/// <summary>Finds the server of the longest prefix that holds an address. IPv4 is looked up as IPv4-mapped IPv6.</summary>
internal sealed class MxTable
{
    private const int AddressBits = 128;
    private const int MappedBits = 96;
    private const int IPv4Length = 4;

    /// <summary>One dictionary for each length of prefix, the longest first.</summary>
    private readonly (UInt128 Mask, Dictionary<UInt128, MxNetwork> Networks)[] _lengths;

    /// <summary>Freezes networks.</summary>
    /// <param name="networks">Distinct.</param>
    public MxTable(IEnumerable<MxNetwork> networks) =>
        _lengths = [.. networks
            .GroupBy(network => LengthOf(network.Network))
            .OrderByDescending(group => group.Key)
            .Select(group => (MaskOf(group.Key), group.ToDictionary(network => NumberOf(network.Network.BaseAddress))))];

    /// <summary>Whether there is no network at all.</summary>
    public bool IsEmpty => _lengths.Length == 0;

    /// <summary>The network of an address and its server; null when none holds it.</summary>
    public MxNetwork? Find(IPAddress? address)
    {
        if (address is null || IsEmpty)
        {
            return null;
        }

        var number = NumberOf(address);
        foreach (var (mask, networks) in _lengths)
        {
            if (networks.TryGetValue(number & mask, out var network))
            {
                return network;
            }
        }

        return null;
    }

    private static int LengthOf(IPNetwork network) =>
        network.BaseAddress.GetAddressBytes().Length == IPv4Length ? network.PrefixLength + MappedBits : network.PrefixLength;

    private static UInt128 MaskOf(int length) => length == 0 ? UInt128.Zero : UInt128.MaxValue << (AddressBits - length);

    private static UInt128 NumberOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        if (length == IPv4Length)
        {
            bytes[..IPv4Length].CopyTo(bytes[^IPv4Length..]);
            bytes[..IPv4Length].Clear();
            bytes[10] = bytes[11] = 0xFF;
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
