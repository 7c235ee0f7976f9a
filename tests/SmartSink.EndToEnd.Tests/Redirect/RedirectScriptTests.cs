namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>What docker/redirect.sh diverts, with each of the kernel's tools.</summary>
public sealed class RedirectScriptTests
{
    private const string Servers = """
        [[mx]]
        networks = ["198.51.100.0/24", "2001:db8:25::/48"]
        hostname = "mx1.gmail.example"
        """;

    [Theory]
    [MemberData(nameof(RedirectHost.Tools), MemberType = typeof(RedirectHost))]
    public async Task Up_diverts_both_families_and_leaves_alone_what_it_was_told_to(string tool)
    {
        await using var host = await RedirectHost.CreateAsync();
        await using var sink = await RedirectHost.StartSinkAsync(host);

        (await host.TryAsync($"{RedirectHost.Script} up --tool {tool} --exclude 203.0.113.0/24 --exclude 2001:db8:bad::/48")).ExitCode.ShouldBe(0);

        (await RedirectHost.BannerAsync(host, "198.51.100.7")).ShouldStartWith("220 sink.test ");
        (await RedirectHost.BannerAsync(host, "2001:db8:25::25")).ShouldStartWith("220 sink.test ");
        (await RedirectHost.BannerAsync(host, "203.0.113.7")).ShouldBeEmpty();
        (await RedirectHost.BannerAsync(host, "2001:db8:bad::7")).ShouldBeEmpty();
        (await RedirectHost.BannerAsync(host, "127.0.0.1")).ShouldBeEmpty();
        var status = await host.TryAsync($"{RedirectHost.Script} status");
        status.ExitCode.ShouldBe(0, status.ToString());
        status.Output.ShouldContain("1 diverted to 127.0.0.1:2525");
        status.Output.ShouldContain("1 diverted to [::1]:2525");
        status.Output.ShouldMatch("1 left alone: .*203.0.113.0/24");
        status.Output.ShouldMatch("1 left alone: .*2001:db8:bad::/48");

        (await host.TryAsync($"{RedirectHost.Script} down")).ExitCode.ShouldBe(0);
        (await RedirectHost.BannerAsync(host, "198.51.100.7")).ShouldBeEmpty();
        (await RedirectHost.BannerAsync(host, "2001:db8:25::25")).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(RedirectHost.Tools), MemberType = typeof(RedirectHost))]
    public async Task One_users_connections_can_be_diverted_and_another_ones_left_alone(string tool)
    {
        await using var host = await RedirectHost.CreateAsync();
        await using var sink = await RedirectHost.StartSinkAsync(host);

        (await host.TryAsync($"{RedirectHost.Script} up --tool {tool} --uid postfix")).ExitCode.ShouldBe(0);

        (await RedirectHost.BannerAsync(host, "198.51.100.7", "setpriv --reuid postfix --clear-groups")).ShouldStartWith("220 sink.test ");
        (await RedirectHost.BannerAsync(host, "198.51.100.7")).ShouldBeEmpty();
        (await host.TryAsync($"{RedirectHost.Script} down && {RedirectHost.Script} up --tool {tool} --sink-uid postfix")).ExitCode.ShouldBe(0);
        (await RedirectHost.BannerAsync(host, "198.51.100.7", "setpriv --reuid postfix --clear-groups")).ShouldBeEmpty();
        (await RedirectHost.BannerAsync(host, "198.51.100.7")).ShouldStartWith("220 sink.test ");
    }

    [Theory]
    [MemberData(nameof(RedirectHost.Tools), MemberType = typeof(RedirectHost))]
    public async Task A_gateway_diverts_what_it_forwards(string tool)
    {
        await using var gateway = await RedirectHost.CreateAsync();
        await using var client = await NetworkNamespace.CreateBareAsync();
        await client.RunAsync("ip link add up0 type veth peer name down0");
        await client.RunAsync($"ip link set down0 netns {gateway.Name}");
        await client.RunAsync("ip addr add 10.25.0.2/24 dev up0 && ip -6 addr add fd25::2/64 dev up0 nodad && ip link set up0 up");
        await gateway.RunAsync("ip addr add 10.25.0.1/24 dev down0 && ip -6 addr add fd25::1/64 dev down0 nodad && ip link set down0 up");
        await gateway.RunAsync("sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        await client.RunAsync("ip route add default via 10.25.0.1 && ip -6 route add default via fd25::1");
        await gateway.RunAsync("iptables -F OUTPUT && ip6tables -F OUTPUT");
        await using var sink = await RedirectHost.StartSinkAsync(gateway, Servers);

        (await gateway.TryAsync($"{RedirectHost.Script} up --tool {tool} --gateway down0")).ExitCode.ShouldBe(0);

        (await RedirectHost.BannerAsync(client, "198.51.100.7")).ShouldStartWith("220 mx1.gmail.example ");
        (await RedirectHost.BannerAsync(client, "2001:db8:25::25")).ShouldStartWith("220 mx1.gmail.example ");
        (await gateway.TryAsync($"{RedirectHost.Script} status")).Output.ShouldContain("1 diverted to port 2525 of this host");

        // With an address in place of a port; here the gateway's other one.
        (await gateway.TryAsync($"{RedirectHost.Script} down && {RedirectHost.Script} up --tool {tool} --gateway down0 --to 192.0.2.10:2525 --to '[2001:db8::10]:2525'")).ExitCode.ShouldBe(0);
        (await RedirectHost.BannerAsync(client, "198.51.100.7")).ShouldStartWith("220 mx1.gmail.example ");
        (await RedirectHost.BannerAsync(client, "2001:db8:25::25")).ShouldStartWith("220 mx1.gmail.example ");
        (await gateway.TryAsync($"{RedirectHost.Script} status")).Output.ShouldContain("1 diverted to [2001:db8::10]:2525");
    }
}
