using System.Text.Json;
using SmartSink.EndToEnd.Tests.Redirect;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>A host's way out into the world, which leads nowhere: everything is routed there, and what would leave by it is counted and dropped.</summary>
internal static class GuardedExit
{
    private static readonly string[] SetUp =
    [
        "ip link add out0 type veth peer name nowhere0",
        "ip link set nowhere0 up",
        "ip link set out0 up",
        "ip route add default dev out0",
        "ip -6 route add default dev out0",
        "nft add table inet guard",
        "nft add counter inet guard leaving",
        "nft add chain inet guard out '{ type filter hook postrouting priority 300; }'",
        "nft add rule inet guard out oifname out0 meta l4proto != icmpv6 counter name leaving drop",
    ];

    /// <summary>Gives a host one.</summary>
    /// <param name="host">The host.</param>
    /// <param name="addresses">Its addresses there, of both families, with their prefixes.</param>
    public static async Task AddAsync(NetworkNamespace host, params string[] addresses)
    {
        foreach (var command in SetUp.Concat(addresses.Select(address => $"ip addr add {address} dev out0{(address.Contains(':') ? " nodad" : string.Empty)}")))
        {
            await host.RunAsync(command);
        }
    }

    /// <summary>How many packets wanted to leave by it.</summary>
    public static async Task<long> PacketsThatLeftAsync(NetworkNamespace host)
    {
        var listed = JsonDocument.Parse((await host.RunAsync("nft -j list counter inet guard leaving")).Output);
        return listed.RootElement.GetProperty("nftables")[1].GetProperty("counter").GetProperty("packets").GetInt64();
    }
}
