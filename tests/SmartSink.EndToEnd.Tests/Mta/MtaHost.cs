using System.Net;
using System.Text.Json;
using SmartSink.EndToEnd.Tests.Postfix;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>
/// A host of the test's own with a real Postfix and a name server of its own. Its one interface leads nowhere, everything is routed
/// there, and what would leave by it is counted and dropped.
/// </summary>
internal sealed class MtaHost : IAsyncDisposable
{
    private const string Address = "10.25.0.2";

    private static readonly string[] SetUp =
    [
        "ip link add out0 type veth peer name nowhere0",
        "ip link set nowhere0 up",
        $"ip addr add {Address}/24 dev out0",
        "ip -6 addr add fd25::2/64 dev out0 nodad",
        "ip link set out0 up",
        "ip route add default dev out0",
        "ip -6 route add default dev out0",
        "nft add table inet guard",
        "nft add counter inet guard leaving",
        "nft add chain inet guard out '{ type filter hook postrouting priority 300; }'",
        "nft add rule inet guard out oifname != lo meta l4proto != icmpv6 counter name leaving drop",
    ];

    private readonly string _resolverFolder;
    private DnsResponder? _dns;
    private PostfixInstance? _postfix;

    private MtaHost(NetworkNamespace network)
    {
        Network = network;

        // ip-netns(8): what lies here stands in the place of the files in /etc for the programs of that host.
        _resolverFolder = Directory.CreateDirectory($"/etc/netns/{network.Name}").FullName;
        File.WriteAllText(Path.Combine(_resolverFolder, "resolv.conf"), $"nameserver {Address}\n");
    }

    public NetworkNamespace Network { get; }

    public PostfixInstance Postfix => _postfix!;

    /// <summary>Queries that were asked again over TCP.</summary>
    public int AnswersOverTcp => _dns!.AnswersOverTcp;

    /// <summary>Starts it all.</summary>
    /// <param name="zone">What the name server knows.</param>
    /// <param name="overTcp">A name whose records come over TCP only.</param>
    /// <param name="settings">Lines for Postfix's main.cf.</param>
    public static async Task<MtaHost> StartAsync(DnsZone zone, string overTcp, string settings = "")
    {
        var host = new MtaHost(await NetworkNamespace.CreateBareAsync());
        try
        {
            await host.StartCoreAsync(zone, overTcp, settings);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a sink on this host whose log says everything.</summary>
    public Task<SinkProcess> StartSinkAsync(string policy, int port, params ReadOnlySpan<(string Key, string Value)> settings)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SINK_LISTEN"] = "*",
            ["SINK_PORT"] = $"{port}",
            ["SINK_LOG_LEVEL"] = "Debug",
            ["SINK_LOG_FORMAT"] = "json",
        };
        foreach (var (key, value) in settings)
        {
            environment[key] = value;
        }

        return SinkProcess.StartAsync(policy, environment, Network.Inside(SinkProcess.OwnCommand), Network.CreateHttpClient());
    }

    /// <summary>Hands messages to Postfix, each with one recipient of its own in the domain.</summary>
    public async Task SendAsync(int messages, string domain)
    {
        // The null sender: Postfix then sends no bounce messages of its own through the sink. -N numbers the recipients.
        await Network.RunAsync($"smtp-source -s 10 -m {messages} -N -f '' -t user@{domain} 127.0.0.1:{Postfix.Port}");
    }

    /// <summary>How many packets wanted to leave by the interface.</summary>
    public async Task<long> PacketsThatLeftAsync()
    {
        var listed = JsonDocument.Parse((await Network.RunAsync("nft -j list counter inet guard leaving")).Output);
        return listed.RootElement.GetProperty("nftables")[1].GetProperty("counter").GetProperty("packets").GetInt64();
    }

    public async ValueTask DisposeAsync()
    {
        if (_postfix is not null)
        {
            await _postfix.DisposeAsync();
        }

        if (_dns is not null)
        {
            await _dns.DisposeAsync();
        }

        await Network.DisposeAsync();
        Directory.Delete(_resolverFolder, recursive: true);
    }

    private async Task StartCoreAsync(DnsZone zone, string overTcp, string settings)
    {
        foreach (var command in SetUp)
        {
            await Network.RunAsync(command);
        }

        _dns = await DnsResponder.StartAsync(Network, IPAddress.Parse(Address), zone, overTcp);
        _postfix = await PostfixInstance.StartAsync(Network, settings);
    }
}
