using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using SmartSink.EndToEnd.Tests.Redirect;

namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>A name server on a host of the test's, over UDP and TCP. It knows one zone and asks nobody.</summary>
internal sealed class DnsResponder : IAsyncDisposable
{
    private const int Port = 53;

    private readonly DnsZone _zone;
    private readonly string? _overTcp;
    private readonly Socket _datagrams;
    private readonly Socket _connections;
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _work;

    private DnsResponder(DnsZone zone, string? overTcp, Socket datagrams, Socket connections)
    {
        _zone = zone;
        _overTcp = overTcp;
        _datagrams = datagrams;
        _connections = connections;
        _work = [AnswerDatagramsAsync(), AcceptAsync()];
    }

    /// <summary>Answers given over TCP.</summary>
    public int AnswersOverTcp { get; private set; }

    /// <summary>Starts one.</summary>
    /// <param name="host">Where.</param>
    /// <param name="address">The host's own.</param>
    /// <param name="zone">What it knows.</param>
    /// <param name="overTcp">A name whose records come over TCP only.</param>
    public static async Task<DnsResponder> StartAsync(NetworkNamespace host, IPAddress address, DnsZone zone, string? overTcp = null)
    {
        var datagrams = await host.OpenSocketAsync(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        datagrams.Bind(new IPEndPoint(address, Port));
        var connections = await host.OpenSocketAsync(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        connections.Bind(new IPEndPoint(address, Port));
        connections.Listen();
        return new DnsResponder(zone, overTcp, datagrams, connections);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_work).ContinueWith(static _ => { }, TaskScheduler.Default);
        _datagrams.Dispose();
        _connections.Dispose();
        _end.Dispose();
    }

    private async Task AnswerDatagramsAsync()
    {
        var buffer = new byte[4096];
        while (!_end.IsCancellationRequested)
        {
            var query = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _end.Token);
            var bytes = buffer.AsMemory(0, query.ReceivedBytes);
            var cut = _overTcp is not null && bytes.Span.IndexOf(DnsMessage.Name(_overTcp)) >= 0;
            await _datagrams.SendToAsync(DnsMessage.Answer(bytes.Span, _zone, cut), query.RemoteEndPoint, _end.Token);
        }
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            using var stream = new NetworkStream(await _connections.AcceptAsync(_end.Token), ownsSocket: true);
            await AnswerAsync(stream);
        }
    }

    /// <summary>One query a connection, which is how resolvers ask.</summary>
    private async Task AnswerAsync(NetworkStream stream)
    {
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, _end.Token);
        var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(query, _end.Token);
        var answer = DnsMessage.Answer(query, _zone, cut: false);
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
        await stream.WriteAsync((byte[])[.. length, .. answer], _end.Token);
        AnswersOverTcp++;
    }
}
