using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>docker/redirect.sh on hosts of the test's own, with each of the kernel's tools.</summary>
public sealed class RedirectScriptTests
{
    private const string Script = "docker/redirect.sh";

    private const string Servers = """
        [[mx]]
        networks = ["198.51.100.0/24", "2001:db8:25::/48"]
        hostname = "mx1.gmail.example"
        """;

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

    public static TheoryData<string> Tools => ["iptables", "iptables-legacy", "nft"];

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task Up_diverts_both_families_and_leaves_alone_what_it_was_told_to(string tool)
    {
        await using var host = await HostAsync();
        await using var sink = await SinkAsync(host);

        (await host.TryAsync($"{Script} up --tool {tool} --exclude 203.0.113.0/24 --exclude 2001:db8:bad::/48")).ExitCode.ShouldBe(0);

        (await BannerAsync(host, "198.51.100.7")).ShouldStartWith("220 sink.test ");
        (await BannerAsync(host, "2001:db8:25::25")).ShouldStartWith("220 sink.test ");
        (await BannerAsync(host, "203.0.113.7")).ShouldBeEmpty();
        (await BannerAsync(host, "2001:db8:bad::7")).ShouldBeEmpty();
        (await BannerAsync(host, "127.0.0.1")).ShouldBeEmpty();
        var status = await host.TryAsync($"{Script} status");
        status.ExitCode.ShouldBe(0, status.ToString());
        status.Output.ShouldContain("1 diverted to 127.0.0.1:2525");
        status.Output.ShouldContain("1 diverted to [::1]:2525");
        status.Output.ShouldMatch("1 left alone: .*203.0.113.0/24");
        status.Output.ShouldMatch("1 left alone: .*2001:db8:bad::/48");

        (await host.TryAsync($"{Script} down")).ExitCode.ShouldBe(0);
        (await BannerAsync(host, "198.51.100.7")).ShouldBeEmpty();
        (await BannerAsync(host, "2001:db8:25::25")).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task Up_refuses_to_run_twice_and_down_takes_away_what_up_added_and_no_more(string tool)
    {
        await using var host = await HostAsync();
        var before = await TablesAsync(host);

        (await host.TryAsync($"{Script} up --tool {tool}")).Output.ShouldStartWith($"diverted by {tool}");
        var once = await TablesAsync(host);
        once.ShouldNotBe(before);
        foreach (var other in Tools)
        {
            var again = await host.TryAsync($"{Script} up --tool {other.Data}");
            again.ExitCode.ShouldBe(1);
            again.Error.ShouldStartWith("redirect.sh: the diversion is in force already");
        }

        (await TablesAsync(host)).ShouldBe(once);

        (await host.TryAsync($"{Script} down")).ToString().ShouldStartWith("exit 0\nthe diversion is taken away\n");
        (await TablesAsync(host)).ShouldBe(before);
        (await host.TryAsync($"{Script} down")).ToString().ShouldStartWith("exit 0\nnothing is diverted\n");
        (await host.TryAsync($"{Script} status")).ToString().ShouldStartWith("exit 1\nnothing is diverted\n");
        (await TablesAsync(host)).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task An_up_that_fails_half_way_leaves_nothing_behind(string tool)
    {
        await using var host = await HostAsync();
        var before = await TablesAsync(host);

        // Only the kernel's tool sees that this is no address, and by then IPv4 is done.
        var result = await host.TryAsync($"{Script} up --tool {tool} --exclude 2001:db8:::/32");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldStartWith("redirect.sh: failed, and nothing is left behind: ");
        (await TablesAsync(host)).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task One_users_connections_can_be_diverted_and_another_ones_left_alone(string tool)
    {
        await using var host = await HostAsync();
        await using var sink = await SinkAsync(host);

        (await host.TryAsync($"{Script} up --tool {tool} --uid postfix")).ExitCode.ShouldBe(0);

        (await BannerAsync(host, "198.51.100.7", "setpriv --reuid postfix --clear-groups")).ShouldStartWith("220 sink.test ");
        (await BannerAsync(host, "198.51.100.7")).ShouldBeEmpty();
        (await host.TryAsync($"{Script} down && {Script} up --tool {tool} --sink-uid postfix")).ExitCode.ShouldBe(0);
        (await BannerAsync(host, "198.51.100.7", "setpriv --reuid postfix --clear-groups")).ShouldBeEmpty();
        (await BannerAsync(host, "198.51.100.7")).ShouldStartWith("220 sink.test ");
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task A_gateway_diverts_what_it_forwards(string tool)
    {
        await using var gateway = await HostAsync();
        await using var client = await NetworkNamespace.CreateBareAsync();
        await client.RunAsync("ip link add up0 type veth peer name down0");
        await client.RunAsync($"ip link set down0 netns {gateway.Name}");
        await client.RunAsync("ip addr add 10.25.0.2/24 dev up0 && ip -6 addr add fd25::2/64 dev up0 nodad && ip link set up0 up");
        await gateway.RunAsync("ip addr add 10.25.0.1/24 dev down0 && ip -6 addr add fd25::1/64 dev down0 nodad && ip link set down0 up");
        await gateway.RunAsync("sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        await client.RunAsync("ip route add default via 10.25.0.1 && ip -6 route add default via fd25::1");
        await gateway.RunAsync("iptables -F OUTPUT && ip6tables -F OUTPUT");
        await using var sink = await SinkAsync(gateway, Servers);

        (await gateway.TryAsync($"{Script} up --tool {tool} --gateway down0")).ExitCode.ShouldBe(0);

        (await BannerAsync(client, "198.51.100.7")).ShouldStartWith("220 mx1.gmail.example ");
        (await BannerAsync(client, "2001:db8:25::25")).ShouldStartWith("220 mx1.gmail.example ");
        (await gateway.TryAsync($"{Script} status")).Output.ShouldContain("1 diverted to port 2525 of this host");

        // With an address in place of a port; here the gateway's other one.
        (await gateway.TryAsync($"{Script} down && {Script} up --tool {tool} --gateway down0 --to 192.0.2.10:2525 --to '[2001:db8::10]:2525'")).ExitCode.ShouldBe(0);
        (await BannerAsync(client, "198.51.100.7")).ShouldStartWith("220 mx1.gmail.example ");
        (await BannerAsync(client, "2001:db8:25::25")).ShouldStartWith("220 mx1.gmail.example ");
        (await gateway.TryAsync($"{Script} status")).Output.ShouldContain("1 diverted to [2001:db8::10]:2525");
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public async Task A_dry_run_runs_nothing_and_explains_the_very_commands_that_up_and_down_run(string tool)
    {
        const string Options = "--exclude 203.0.113.0/24 --uid postfix --sink-uid daemon";
        await using var host = await HostAsync();
        var before = await TablesAsync(host);

        var dry = await host.TryAsync($"{Script} up --dry-run --tool {tool} {Options}");
        dry.ExitCode.ShouldBe(0, dry.ToString());
        (await TablesAsync(host)).ShouldBe(before);
        var lines = dry.Output.TrimEnd().Split('\n');
        lines.Where((_, index) => index % 2 == 0).ShouldAllBe(line => line.StartsWith("# ", StringComparison.Ordinal) && line.EndsWith('.'));
        lines.Where((_, index) => index % 2 == 1).ShouldAllBe(line => line.Contains("smartsink", StringComparison.OrdinalIgnoreCase));

        await host.RunAsync(dry.Output);
        var byHand = await TablesAsync(host);
        await host.RunAsync((await host.TryAsync($"{Script} down --dry-run")).Output);
        (await TablesAsync(host)).ShouldBe(before);
        await host.TryAsync($"{Script} up --tool {tool} {Options}");
        (await TablesAsync(host)).ShouldBe(byHand);
    }

    [Fact]
    public async Task The_commands_that_are_shown_are_those_that_it_runs()
    {
        var dry = await Tool.RunAsync("bash", ["-c", $"{Script} up --dry-run --tool iptables -4 --uid 102"], folder: RepositoryRoot.Path);

        string.Join('\n', dry.Output.Split('\n').Where(line => !line.StartsWith('#'))).ShouldBe(DeploymentText.Block("iptables -w -t nat -N"));
    }

    [Theory]
    [InlineData("", "up, down or status?")]
    [InlineData("up --bogus", "unknown option --bogus")]
    [InlineData("up down", "up and down at once")]
    [InlineData("up --exclude", "--exclude needs a value")]
    [InlineData("up --exclude example.com", "--exclude example.com: that is no network")]
    [InlineData("up --exclude 192.0.2.256", "--exclude 192.0.2.256: that is no network")]
    [InlineData("up --exclude 192.0.2.0/33", "--exclude 192.0.2.0/33: that is no network")]
    [InlineData("up --to 0", "--to 0: a port is a number from 1 to 65535")]
    [InlineData("up --to host:25", "--to host:25: an address is 192.0.2.1:2525 or [2001:db8::1]:2525")]
    [InlineData("up --to 25 --to 192.0.2.1:25", "--to names both a port of this host and an address")]
    [InlineData("up -6 --to 192.0.2.1:25", "--to names no address of that family")]
    [InlineData("up -4 -6", "-4 and -6 at once: leave both out")]
    [InlineData("up --port 70000", "--port 70000: a port is a number from 1 to 65535")]
    [InlineData("up --uid no-such-user", "there is no user no-such-user")]
    [InlineData("up --gateway eth0 --uid 0", "--gateway and a user at once: a forwarded connection has none here")]
    [InlineData("up --gateway 'eth0;'", "--gateway eth0;: that is no interface's name")]
    [InlineData("up --tool ipfw", "--tool ipfw: it is one of iptables nft iptables-legacy")]
    public async Task A_wrong_word_is_named_and_ends_with_2(string arguments, string message)
    {
        var result = await Tool.RunAsync("bash", ["-c", $"docker/redirect.sh {arguments}"], folder: RepositoryRoot.Path);

        result.ToString().ShouldBe($"exit 2\n\nredirect.sh: {message} (redirect.sh --help lists the options)\n");
    }

    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("status")]
    public async Task It_needs_root(string action)
    {
        Requirement.Root();
        var script = await File.ReadAllTextAsync(RepositoryRoot.Combine("docker", "redirect.sh"), TestContext.Current.CancellationToken);

        var result = await Tool.RunAsync("setpriv", ["--reuid", "65534", "--clear-groups", "bash", "-s", action], input: script, folder: "/");

        result.ToString().ShouldBe("exit 2\n\nredirect.sh: only root may look at the kernel's rules or change them\n");
    }

    private static async Task<NetworkNamespace> HostAsync()
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

    private static Task<SinkProcess> SinkAsync(NetworkNamespace host, string policy = "") =>
        SinkProcess.StartAsync(
            policy,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_PORT"] = "2525", ["SINK_LISTEN"] = "*" },
            host.Inside(SinkProcess.OwnCommand));

    /// <summary>The greeting that a connection to an address's port 25 gets; empty when it is refused.</summary>
    private static async Task<string> BannerAsync(NetworkNamespace host, string address, string user = "") =>
        (await host.TryAsync($"{user} bash -c 'exec 3<>/dev/tcp/{address}/25 && head -1 <&3' 2>/dev/null")).Output;

    /// <summary>All rules of all tools, without what only counts.</summary>
    private static async Task<string> TablesAsync(NetworkNamespace host) =>
        (await host.RunAsync("for family in ip ip6; do ${family}tables-save; ${family}tables-legacy-save; done | sed 's/\\[[0-9:]*\\]//; /^#/d'; nft -s list ruleset")).Output;
}
