using System.Net;
using SmartSink.EndToEnd.Tests.Postfix;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>
/// A host of the test's own with a real Postfix and a name server of its own. Its way out is a <see cref="GuardedExit"/>, or that of a
/// gateway which it stands behind.
/// </summary>
internal sealed class MtaHost : IAsyncDisposable
{
    private const string Address = "10.25.0.2";

    private static readonly string[] Uplink =
    [
        $"ip addr add {Address}/24 dev up0",
        "ip -6 addr add fd25::2/64 dev up0 nodad",
        "ip link set up0 up",
        "ip route add default via 10.25.0.1",
        "ip -6 route add default via fd25::1",
    ];

    private static readonly string[] Downlink =
    [
        "ip addr add 10.25.0.1/24 dev down0",
        "ip -6 addr add fd25::1/64 dev down0 nodad",
        "ip link set down0 up",
        "sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1",
    ];

    private readonly NetworkNamespace? _gateway;
    private readonly string _resolverFolder;
    private DnsResponder? _dns;
    private PostfixInstance? _postfix;

    private MtaHost(NetworkNamespace network, NetworkNamespace? gateway)
    {
        Network = network;
        _gateway = gateway;

        // ip-netns(8): what lies here stands in the place of the files in /etc for the programs of that host.
        _resolverFolder = Directory.CreateDirectory($"/etc/netns/{network.Name}").FullName;
        File.WriteAllText(Path.Combine(_resolverFolder, "resolv.conf"), $"nameserver {Address}\n");
    }

    public NetworkNamespace Network { get; }

    /// <summary>The one with the way out.</summary>
    public NetworkNamespace LastHost => _gateway ?? Network;

    public PostfixInstance Postfix => _postfix!;

    /// <summary>Queries that were asked again over TCP.</summary>
    public int AnswersOverTcp => _dns!.AnswersOverTcp;

    /// <summary>Starts it all.</summary>
    /// <param name="zone">What the name server knows.</param>
    /// <param name="overTcp">A name whose records come over TCP only.</param>
    /// <param name="settings">Lines for Postfix's main.cf.</param>
    /// <param name="gateway">A bare host that becomes its gateway; the MTA's host is behind down0.</param>
    public static async Task<MtaHost> StartAsync(DnsZone zone, string overTcp, string settings = "", NetworkNamespace? gateway = null)
    {
        var host = new MtaHost(await NetworkNamespace.CreateBareAsync(), gateway);
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

    /// <summary>Starts a sink on this host, or on its gateway, whose log says everything.</summary>
    public Task<SinkProcess> StartSinkAsync(string policy, params ReadOnlySpan<(string Key, string Value)> settings)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SINK_LISTEN"] = "*",
            ["SINK_LOG_LEVEL"] = "Debug",
            ["SINK_LOG_FORMAT"] = "json",
        };
        foreach (var (key, value) in settings)
        {
            environment[key] = value;
        }

        return SinkProcess.StartAsync(policy, environment, LastHost.Inside(SinkProcess.OwnCommand), LastHost.CreateHttpClient());
    }

    /// <summary>Hands messages to Postfix, each with one recipient of its own in the domain.</summary>
    public async Task SendAsync(int messages, string domain)
    {
        // The null sender: Postfix then sends no bounce messages of its own through the sink. -N numbers the recipients, -d keeps a connection.
        await Network.RunAsync($"smtp-source -d -s 4 -m {messages} -N -f '' -t user@{domain} 127.0.0.1:{Postfix.Port}");
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
        if (_gateway is null)
        {
            await GuardedExit.AddAsync(Network, $"{Address}/24", "fd25::2/64");
        }
        else
        {
            await GuardedExit.AddAsync(_gateway, "10.26.0.2/24", "fd26::2/64");
            await Network.RunAsync($"ip link add up0 type veth peer name down0 netns {_gateway.Name}");
            await _gateway.RunAsync(string.Join(" && ", Downlink));
            await Network.RunAsync(string.Join(" && ", Uplink));
        }

        _dns = await DnsResponder.StartAsync(Network, IPAddress.Parse(Address), zone, overTcp);
        _postfix = await PostfixInstance.StartAsync(Network, settings);
    }
}
