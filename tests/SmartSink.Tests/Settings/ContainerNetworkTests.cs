using System.Net;
using System.Net.Sockets;
using SmartSink.Settings.Values;

namespace SmartSink.Tests.Settings;

public sealed class ContainerNetworkTests
{
    [Theory]
    [InlineData("sink-0", true)]
    [InlineData("smart-sink-12", true)]
    [InlineData("sink", false)]
    [InlineData("sink2", false)]
    [InlineData("12", false)]
    [InlineData("sink-", false)]
    [InlineData("sink-2b", false)]
    [InlineData("3f2a9c1b7d60", false)]
    public void A_host_name_with_a_number_behind_a_hyphen_names_a_replica(string name, bool isNumbered) => ContainerNetwork.IsNumbered(name).ShouldBe(isNumbered);

    [Fact]
    public void The_kernel_s_tables_name_the_gateways_of_both_families() =>
        ContainerNetwork.GatewaysIn(
            [
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0",
                "eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
            ],
            [
                "fd000025002500000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0",
                "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000025002500000000000000000001 00000400 00000002 00000000 00000003     eth0",
                "00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo",
            ]).ShouldBe([IPAddress.Parse("172.17.0.1"), IPAddress.Parse("fd00:25:25::1")]);

    [Fact]
    public void Without_a_default_route_there_is_no_gateway() => ContainerNetwork.GatewaysIn([], []).ShouldBeEmpty();

    [Fact]
    public void HTTP_is_open_to_a_container_s_own_network_only()
    {
        HttpListen.TryParse("container", out var listen).ShouldBeTrue();
        listen.For(isOwnNetwork: true).ShouldBe(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        listen.For(isOwnNetwork: false).ShouldBe(IPAddress.Loopback);
    }
}
