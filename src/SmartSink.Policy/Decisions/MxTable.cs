using System.Buffers.Binary;
using System.Net;
using System.Text;
using SmartSink.Policy.Model;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Decisions;

/// <summary>Finds the server of the longest prefix that holds an address. IPv4 is looked up as IPv4-mapped IPv6.</summary>
internal sealed class MxTable
{
    private const int AddressBits = 128;
    private const int MappedBits = 96;
    private const int IPv4Length = 4;

    private readonly (UInt128 Mask, Dictionary<UInt128, MxNetwork> Networks)[] _lengths;

    public MxTable(IEnumerable<MxNetwork> networks) =>
        _lengths = [.. networks
            .GroupBy(network => LengthOf(network.Network))
            .OrderByDescending(group => group.Key)
            .Select(group => (MaskOf(group.Key), group.ToDictionary(network => NumberOf(network.Network.BaseAddress))))];

    public bool IsEmpty => _lengths.Length == 0;

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

    /// <summary>Freezes the servers.</summary>
    /// <param name="policy">What gives them.</param>
    /// <param name="domains">Finds entries.</param>
    /// <param name="resolved">What holds for each entry.</param>
    public static MxTable Build(MergedPolicy policy, DomainTable domains, DomainEntry[] resolved)
    {
        var made = new Dictionary<MxEntry, MxServer>(ReferenceEqualityComparer.Instance);
        return new MxTable(policy.Networks.Values.Select(network =>
        {
            if (!made.TryGetValue(network.Server, out var server))
            {
                made[network.Server] = server = ServerOf(network.Server, domains, resolved);
            }

            return new MxNetwork(network.Network, server);
        }));
    }

    private static MxServer ServerOf(MxEntry section, DomainTable domains, DomainEntry[] resolved)
    {
        var matches = section.Domains.Select(domain => domains.Find(domain.Value)).ToList();
        return new MxServer(
            new ServerIdentity(section.Hostname!.Value.Value, section.Banner?.Value ?? (matches is [var first, ..] ? resolved[first.Entry].Behaviour?.Get<string?>("habits.banner", null) : null)) { RefusesEhlo = section.RefusesEhlo?.Value },
            [.. matches.Select(match => match.Entry).Distinct()],
            section.Domains is [var own, ..] ? Encoding.ASCII.GetBytes(own.Value.Domain) : [],
            matches is [var provider, ..] ? provider : default);
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

internal sealed record MxNetwork(IPNetwork Network, MxServer Server);

/// <summary>A provider's mail server, frozen.</summary>
/// <param name="Identity">The name that it answers under.</param>
/// <param name="Entries">The entries of the domains that are served there; may be empty.</param>
/// <param name="ProviderDomain">The first domain; empty without domains.</param>
/// <param name="Provider">The entry of the first domain; meaningless without domains.</param>
internal sealed record MxServer(ServerIdentity Identity, int[] Entries, byte[] ProviderDomain, DomainMatch Provider)
{
    public bool KnowsProvider => Entries.Length > 0;

    public bool Serves(int entry) => Entries.AsSpan().Contains(entry);
}
