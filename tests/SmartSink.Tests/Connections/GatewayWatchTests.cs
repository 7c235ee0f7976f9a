using System.Net;
using SmartSink.Connections;

namespace SmartSink.Tests.Connections;

public sealed class GatewayWatchTests
{
    private static readonly IPAddress Gateway = IPAddress.Parse("172.17.0.1");
    private readonly List<IPAddress> _told = [];

    [Fact]
    public void Clients_that_all_come_from_the_gateway_are_told_of_once()
    {
        var watch = new GatewayWatch([IPAddress.Parse("fd00::1"), Gateway], () => true, _told.Add);

        Look(watch, Gateway, GatewayWatch.Enough - 1);
        _told.ShouldBeEmpty();

        Look(watch, Gateway, 100);
        _told.ShouldBe([Gateway]);
    }

    [Fact]
    public void One_client_from_elsewhere_shows_that_addresses_are_kept()
    {
        var watch = new GatewayWatch([Gateway], () => true, _told.Add);

        Look(watch, Gateway, 3);
        Look(watch, IPAddress.Parse("192.0.2.7"), 1);
        Look(watch, Gateway, 100);

        _told.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_told_until_something_goes_by_addresses()
    {
        var isNeeded = false;
        var watch = new GatewayWatch([Gateway], () => isNeeded, _told.Add);

        Look(watch, Gateway, 100);
        _told.ShouldBeEmpty();

        isNeeded = true;
        Look(watch, Gateway, 1);
        _told.ShouldBe([Gateway]);
    }

    [Fact]
    public void Without_a_gateway_there_is_nothing_to_tell()
    {
        Look(new GatewayWatch([], () => true, _told.Add), Gateway, 100);
        _told.ShouldBeEmpty();
    }

    private static void Look(GatewayWatch watch, IPAddress client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            watch.Look(client);
        }
    }
}
