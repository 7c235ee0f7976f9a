using System.Net;
using System.Net.Sockets;
using SmartSink.Transport;

namespace SmartSink.Tests.Transport;

public class NativeSocketTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("203.0.113.9")]
    [InlineData("::1")]
    [InlineData("2001:db8::25")]
    public void An_address_is_read_as_the_kernel_writes_it(string address) =>
        NativeSocket.ReadAddress(Sockaddr(IPAddress.Parse(address))).ShouldBe(IPAddress.Parse(address));

    [Fact]
    public void A_scope_is_kept()
    {
        var address = NativeSocket.ReadAddress(Sockaddr(new IPAddress(IPAddress.Parse("fe80::1").GetAddressBytes(), 7)));
        address!.ScopeId.ShouldBe(7);
    }

    [Fact]
    public void A_Unix_sockets_address_is_none() => NativeSocket.ReadAddress([1, 0, .. new byte[26]]).ShouldBeNull();

    [Fact]
    public void IPv4_on_a_dual_stack_socket_is_IPv4() =>
        NativeSocket.ReadAddress(Sockaddr(IPAddress.Parse("192.0.2.7").MapToIPv6())).ShouldBe(IPAddress.Parse("192.0.2.7"));

    [Theory]
    [InlineData(11, SocketError.WouldBlock)]
    [InlineData(24, SocketError.TooManyOpenSockets)]
    [InlineData(23, SocketError.TooManyOpenSockets)]
    [InlineData(12, SocketError.NoBufferSpaceAvailable)]
    [InlineData(105, SocketError.NoBufferSpaceAvailable)]
    [InlineData(103, SocketError.ConnectionAborted)]
    [InlineData(104, SocketError.ConnectionReset)]
    [InlineData(1, SocketError.AccessDenied)]
    [InlineData(110, SocketError.TimedOut)]
    [InlineData(9999, SocketError.SocketError)]
    public void An_error_number_has_the_runtimes_word(int number, SocketError error) => Errno.ToSocketError(number).ShouldBe(error);

    [Fact]
    public void A_call_on_a_bad_descriptor_says_so()
    {
        NativeSocket.Receive(-1, new byte[1], out var receiving).ShouldBe(0);
        receiving.ShouldBe(SocketError.OperationAborted);
        NativeSocket.Send(-1, "x"u8, last: false, out var sending).ShouldBe(0);
        sending.ShouldBe(SocketError.OperationAborted);
        NativeSocket.Drop(-1, 1, out var dropping).ShouldBe(0);
        dropping.ShouldBe(SocketError.OperationAborted);
        NativeSocket.Accept(-1, out _, out _).ShouldBe(SocketError.OperationAborted);
        NativeSocket.ShutdownSend(-1).ShouldBeFalse();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.2", "127.0.0.2")]
    [InlineData("::1", "::1")]
    public void A_connection_that_nothing_diverted_was_meant_for_where_it_is(string address, string expected)
    {
        using var listening = ListenSocket.Open(address: null, port: 0);
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Parse(address), ((IPEndPoint)listening.LocalEndPoint!).Port);
        NativeSocket.Accept((int)listening.Handle, out var descriptor, out var from).ShouldBe(SocketError.Success);

        NativeSocket.Destination(descriptor, from.AddressFamily).ShouldBe(IPAddress.Parse(expected));

        Libc.close(descriptor).ShouldBe(0);
        NativeSocket.Destination(-1, AddressFamily.InterNetwork).ShouldBeNull();
    }

    /// <summary>The runtime's own writing of struct sockaddr_in and sockaddr_in6.</summary>
    private static byte[] Sockaddr(IPAddress address)
    {
        var socketAddress = new IPEndPoint(address, 25).Serialize();
        var bytes = new byte[28];
        socketAddress.Buffer.Span[..socketAddress.Size].CopyTo(bytes);
        return bytes;
    }
}
