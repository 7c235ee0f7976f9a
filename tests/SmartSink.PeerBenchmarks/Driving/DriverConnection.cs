using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>One client's place: a connection, and another when that one was closed.</summary>
internal sealed class DriverConnection(int port, int index, DriverOctets octets) : IDisposable
{
    /// <summary>What stands for a reply when the connection has ended.</summary>
    private const int NoReply = 0;

    /// <summary>SOL_IP and IP_BIND_ADDRESS_NO_PORT: the port is chosen at connect, where one that lingers may be taken again.</summary>
    private const int IpLevel = 0;
    private const int BindAddressNoPort = 24;

    // An address has about 28,000 ports for one destination.
    private readonly IPEndPoint _source = new(new IPAddress([127, 0, 0, (byte)(1 + (index % 8))]), 0);
    private readonly IPEndPoint _sink = new(IPAddress.Loopback, port);
    private readonly byte[] _reply = new byte[4096];
    private Socket? _socket;

    /// <summary>Messages of the present run, by their last reply's first digit; the first is for those that got none.</summary>
    public int[] Outcomes { get; } = new int[6];

    /// <summary>Connects, reads the banner and greets.</summary>
    /// <returns>The code of the banner if it refuses, otherwise of the greeting's reply; with 250 the connection is open.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> OpenAsync()
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.SetRawSocketOption(IpLevel, BindAddressNoPort, BitConverter.GetBytes(1));
        _socket.Bind(_source);
        await _socket.ConnectAsync(_sink);
        var code = await ExchangeAsync([]);
        if (code == 220)
        {
            code = await ExchangeAsync(DriverOctets.Ehlo);
        }

        if (code != 250)
        {
            Dispose();
        }

        return code;
    }

    /// <summary>Sends messages until there are no more.</summary>
    /// <param name="numbers">Where their numbers come from, with the other connections of a run.</param>
    public async Task RunAsync(MessageNumbers numbers)
    {
        Array.Clear(Outcomes);
        while (numbers.TryTake(out var number))
        {
            var code = await SendAsync(number);
            Outcomes[code / 100]++;
            if (code >= 400 && _socket is not null)
            {
                await ExchangeAsync(DriverOctets.Rset);
            }
        }
    }

    /// <summary>Closes the connection without a word.</summary>
    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> SendAsync(int number)
    {
        if (_socket is null)
        {
            var greeted = await OpenAsync();
            if (greeted != 250)
            {
                return greeted;
            }
        }

        var code = await ExchangeAsync(DriverOctets.Mail);
        if (code == 250)
        {
            code = await ExchangeAsync(octets.Recipient(number));
        }

        if (code == 250)
        {
            code = await ExchangeAsync(DriverOctets.Data);
        }

        return code == 354 ? await ExchangeAsync(octets.Message) : code;
    }

    /// <summary>Says something and reads the reply to it; lets go of a connection that is over.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ExchangeAsync(byte[] said)
    {
        int code;
        try
        {
            for (var sent = 0; sent < said.Length;)
            {
                sent += await _socket!.SendAsync(said.AsMemory(sent));
            }

            code = await ReadReplyAsync();
        }
        catch (SocketException)
        {
            code = NoReply;
        }

        // RFC 5321, section 3.8: the server closes it after 421.
        if (code is NoReply or 421)
        {
            Dispose();
        }

        return code;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadReplyAsync()
    {
        var length = 0;
        while (true)
        {
            var received = await _socket!.ReceiveAsync(_reply.AsMemory(length));
            if (received == 0)
            {
                return NoReply;
            }

            length += received;
            if (ReplyCode.TryRead(_reply.AsSpan(0, length), out var code))
            {
                return code;
            }
        }
    }
}
