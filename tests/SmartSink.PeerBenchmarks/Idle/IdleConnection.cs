using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace SmartSink.PeerBenchmarks.Idle;

/// <summary>A client that has greeted, and then says nothing more.</summary>
internal sealed class IdleConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _octets;
    private Stream _stream;

    private IdleConnection(Socket socket, byte[] octets)
    {
        _socket = socket;
        _octets = octets;
        _stream = new NetworkStream(socket);
    }

    /// <summary>Connects and says EHLO, after STARTTLS once more.</summary>
    /// <param name="port">The sink's on 127.0.0.1.</param>
    /// <param name="index">Chooses the source address: an address has about 28,000 ports for one destination.</param>
    /// <param name="tls">Whether to say STARTTLS.</param>
    public static async Task<IdleConnection> OpenAsync(int port, int index, bool tls)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (index % 8))]), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var connection = new IdleConnection(socket, new byte[1024]);
        await connection.ReadReplyAsync();
        await connection.CommandAsync("EHLO client.test\r\n");
        if (tls)
        {
            await connection.CommandAsync("STARTTLS\r\n");
            // The sink's certificate is its own.
            var secured = new SslStream(connection._stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
            await secured.AuthenticateAsClientAsync("sink.test");
            connection._stream = secured;
            await connection.CommandAsync("EHLO client.test\r\n");
        }

        return connection;
    }

    /// <summary>Opens many, one after another: a backlog's overflow would cost seconds.</summary>
    public static async Task<IReadOnlyList<IdleConnection>> OpenManyAsync(int port, int count, bool tls)
    {
        var connections = new List<IdleConnection>(count);
        for (var index = 0; index < count; index++)
        {
            connections.Add(await OpenAsync(port, index, tls));
        }

        return connections;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task CommandAsync(string line)
    {
        await _stream.WriteAsync(Encoding.ASCII.GetBytes(line));
        await ReadReplyAsync();
    }

    private async Task ReadReplyAsync()
    {
        var length = 0;
        while (!Encoding.ASCII.GetString(_octets, 0, length).EndsWith("\r\n", StringComparison.Ordinal) || !LastLineEndsReply(length))
        {
            var received = await _stream.ReadAsync(_octets.AsMemory(length));
            length += received > 0 ? received : throw new InvalidOperationException("the sink closed an idle connection");
        }
    }

    /// <summary>RFC 5321, section 4.2.1: the last line has a blank behind its code.</summary>
    private bool LastLineEndsReply(int length)
    {
        var start = _octets.AsSpan(0, length - 2).LastIndexOf((byte)'\n') + 1;
        return start + 3 < length && _octets[start + 3] == (byte)' ';
    }
}
