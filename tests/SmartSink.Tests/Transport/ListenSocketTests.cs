using System.Net;
using System.Net.Sockets;
using SmartSink.Tests.Connections;
using SmartSink.Transport;

namespace SmartSink.Tests.Transport;

public class ListenSocketTests
{
    [Fact]
    public void A_port_in_use_is_one_clear_line()
    {
        using var first = ListenSocket.Open(IPAddress.Loopback, 0);
        var port = ((IPEndPoint)first.LocalEndPoint!).Port;
        var error = Should.Throw<ListenException>(() => ListenSocket.Open(IPAddress.Loopback, port).Dispose());
        error.Message.ShouldBe($"cannot listen on 127.0.0.1:{port}: the port is in use");
        error.SocketError.ShouldBe(SocketError.AddressAlreadyInUse);
    }

    [Fact]
    public void An_address_of_another_machine_is_one_clear_line() =>
        Should.Throw<ListenException>(() => ListenSocket.Open(IPAddress.Parse("192.0.2.1"), 0).Dispose())
            .Message.ShouldBe("cannot listen on 192.0.2.1:0: this machine does not have the address");

    [Fact]
    public void Without_an_address_it_listens_on_all_of_them()
    {
        using var listener = ListenSocket.Open(address: null, 0);
        ((IPEndPoint)listener.LocalEndPoint!).Address.ShouldBe(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        ((IPEndPoint)listener.LocalEndPoint!).Port.ShouldNotBe(0);
    }

    [Fact]
    public async Task Linux_tells_how_many_connections_wait_and_how_many_may()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux alone tells");
        var listener = ListenSocket.Open(new IPEndPoint(IPAddress.Loopback, 0), backlog: 7);
        var clients = new List<Socket>();
        try
        {
            ListenSocket.ReadBacklog(listener).ShouldBe(new AcceptBacklog(Waiting: 0, Most: 7));
            for (var i = 0; i < 3; i++)
            {
                var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                clients.Add(client);
                await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
            }

            await Patience.UntilAsync(() => Task.FromResult(ListenSocket.ReadBacklog(listener) == new AcceptBacklog(Waiting: 3, Most: 7)));
            using var accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
            ListenSocket.ReadBacklog(listener).ShouldBe(new AcceptBacklog(Waiting: 2, Most: 7));
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
            listener.Dispose();
        }

        ListenSocket.ReadBacklog(listener).ShouldBeNull("a page may be asked for while the sink stops");
    }
}
