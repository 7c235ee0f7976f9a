using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>A host of the test's own with somebody else's rules in its tables, for docker/redirect.sh to work beside.</summary>
internal static class RedirectHost
{
    public const string Script = "docker/redirect.sh";

    /// <summary>
    /// What stands in a host's tables before: NAT of somebody else's, and a filter that answers at once what is not diverted.
    /// Each family has NAT in its OUTPUT chain: iptables itself would make that chain, and leave it behind empty.
    /// </summary>
    private static readonly string[] ForeignRules =
    [
        "iptables -t nat -A OUTPUT -p tcp --dport 2500 -j DNAT --to-destination 127.0.0.1:2525",
        "ip6tables -t nat -A OUTPUT -p tcp --dport 2500 -j REDIRECT --to-ports 2525",
        "iptables -A OUTPUT -p tcp --dport 25 -j REJECT --reject-with tcp-reset",
        "ip6tables -A OUTPUT -p tcp --dport 25 -j REJECT --reject-with tcp-reset",
        "iptables-legacy -t nat -A POSTROUTING -s 192.0.2.99 -j ACCEPT",
        "ip6tables-legacy -t nat -A POSTROUTING -s 2001:db8::99 -j ACCEPT",
        "nft add table inet foreign",
        "nft add chain inet foreign output '{ type filter hook output priority 10; }'",
        "nft add rule inet foreign output tcp dport 26 drop",
    ];

    /// <summary>The kernel's tools that it can work with.</summary>
    public static TheoryData<string> Tools => ["iptables", "iptables-legacy", "nft"];

    public static async Task<NetworkNamespace> CreateAsync()
    {
        Requirement.Programs("ip", "iptables", "iptables-legacy", "nft", "setpriv", "postfix");
        Requirement.Root();
        var host = await NetworkNamespace.CreateAsync();
        foreach (var rule in ForeignRules)
        {
            await host.RunAsync(rule);
        }

        return host;
    }

    /// <summary>A sink on its port 2525.</summary>
    public static Task<SinkProcess> StartSinkAsync(NetworkNamespace host, string policy = "") =>
        SinkProcess.StartAsync(
            policy,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_PORT"] = "2525", ["SINK_LISTEN"] = "*" },
            host.Inside(SinkProcess.OwnCommand));

    /// <summary>The greeting that a connection to an address's port 25 gets; empty when it is refused.</summary>
    public static async Task<string> BannerAsync(NetworkNamespace host, string address, string user = "") =>
        (await host.TryAsync($"{user} bash -c 'exec 3<>/dev/tcp/{address}/25 && head -1 <&3' 2>/dev/null")).Output;

    /// <summary>All rules of all tools, without what only counts.</summary>
    public static async Task<string> TablesAsync(NetworkNamespace host) =>
        (await host.RunAsync("for family in ip ip6; do ${family}tables-save; ${family}tables-legacy-save; done | sed 's/\\[[0-9:]*\\]//; /^#/d'; nft -s list ruleset")).Output;
}
