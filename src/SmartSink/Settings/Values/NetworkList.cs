using System.Net;
using SmartSink.Policy.Files;

namespace SmartSink.Settings.Values;

/// <summary>Networks of IPv4 and IPv6, each an address with a prefix's length or an address alone.</summary>
internal sealed class NetworkList : IEquatable<NetworkList>
{
    private readonly IPNetwork[] _networks;

    private NetworkList(IEnumerable<IPNetwork> networks) => _networks = [.. networks];

    /// <summary>No network at all.</summary>
    public static NetworkList None { get; } = new([]);

    /// <summary>This machine.</summary>
    public static NetworkList Loopback { get; } = new([IPNetwork.Parse("127.0.0.0/8"), new IPNetwork(IPAddress.IPv6Loopback, 128)]);

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _networks.Length == 0;

    /// <summary>Reads a list separated by commas: <c>10.0.0.0/8, 192.0.2.7, 2001:db8::/32</c>. Bits behind the prefix must be 0.</summary>
    public static bool TryParse(string text, out NetworkList value)
    {
        var networks = new List<IPNetwork>();
        value = None;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!NetworkText.TryRead(part, out var network, out _))
            {
                return false;
            }

            networks.Add(network);
        }

        value = new NetworkList(networks);
        return true;
    }

    /// <summary>Whether an address, IPv4-mapped or not, is in one of them.</summary>
    public bool Contains(IPAddress address)
    {
        var unmapped = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _networks)
        {
            if (network.Contains(unmapped))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public bool Equals(NetworkList? other) => other is not null && _networks.AsSpan().SequenceEqual(other._networks);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NetworkList);

    /// <inheritdoc/>
    public override int GetHashCode() => _networks.Length == 0 ? 0 : _networks[0].GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', _networks);
}
