using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace SmartSink.PeerBenchmarks.Clients;

/// <summary>
/// A client that waits for each reply. It blocks its thread, so that no pool lies between a reply and the moment at which it is seen.
/// </summary>
internal sealed class DialogClient : IDisposable
{
    /// <summary>Source addresses 127.0.0.1 and on: an address has about 28,000 ports for one destination.</summary>
    private const int SourceAddresses = 8;

    private readonly Socket _socket;
    private readonly byte[] _received = new byte[1024];
    private Stream _stream;

    private DialogClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket);
    }

    /// <summary>The version of TLS and the cipher; null before STARTTLS.</summary>
    public string? Cipher => _stream is SslStream tls ? $"{tls.SslProtocol} {tls.NegotiatedCipherSuite}" : null;

    /// <summary>Octets that the sink has sent on this connection, TLS's own included (Linux).</summary>
    public long BytesReceived
    {
        get
        {
            // struct tcp_info: tcpi_bytes_received has the octets 128 to 135.
            Span<byte> info = stackalloc byte[136];
            _socket.GetRawSocketOption((int)ProtocolType.Tcp, 11, info);
            return BitConverter.ToInt64(info[128..]);
        }
    }

    /// <summary>Connects and reads the banner.</summary>
    /// <param name="port">The sink's on 127.0.0.1.</param>
    /// <param name="index">Chooses the source address.</param>
    public static DialogClient Connect(int port, int index = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // IP_BIND_ADDRESS_NO_PORT: connect chooses the port, which it finds at once; bind searches for long when many are used or were lately.
            socket.SetRawSocketOption((int)ProtocolType.IP, 24, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(1 + (index % SourceAddresses))]), 0));
            socket.Connect(IPAddress.Loopback, port);
            var client = new DialogClient(socket);
            client.Expect((byte)'2');
            return client;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Says EHLO.</summary>
    public void Greet() => Say("EHLO client.test\r\n"u8);

    /// <summary>Says STARTTLS, shakes hands and says EHLO once more.</summary>
    /// <param name="resume">Whether a session of an earlier connection may be taken up, and this one be taken up later.</param>
    public void StartTls(bool resume = true)
    {
        Say("STARTTLS\r\n"u8);
        var tls = new SslStream(_stream);
        tls.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "sink.test",
            // The sink's certificate is its own.
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            AllowTlsResume = resume,
        });
        _stream = tls;
        Greet();
    }

    /// <summary>Delivers a message.</summary>
    /// <param name="data">It with its end, a line of one dot.</param>
    public void Deliver(ReadOnlySpan<byte> data)
    {
        BeginData();
        Say(data);
    }

    /// <summary>Delivers a message that is the same lines many times over.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="times">How many times; each is a write of its own.</param>
    public void Deliver(ReadOnlySpan<byte> lines, int times)
    {
        BeginData();
        for (var time = 0; time < times; time++)
        {
            Send(lines);
        }

        Say(".\r\n"u8);
    }

    /// <summary>Says QUIT and waits for the answer.</summary>
    public void Quit() => Say("QUIT\r\n"u8);

    /// <summary>Says NOOP and waits for whatever answer: the connection still stands.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public void Probe()
    {
        Send("NOOP\r\n"u8);
        ReadReply();
    }

    /// <summary>Says MAIL.</summary>
    public void BeginTransaction() => Say("MAIL FROM:<sender@source.test>\r\n"u8);

    /// <summary>When the first octet of what the sink says next was seen, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>.</summary>
    public async Task<long> WhenAnswered()
    {
        await _socket.ReceiveAsync(_received);
        return System.Diagnostics.Stopwatch.GetTimestamp();
    }

    /// <summary>Sends octets.</summary>
    public void Send(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>Reads the replies to commands sent at once, one line each; whatever they say.</summary>
    /// <exception cref="InvalidOperationException">The sink closed the connection.</exception>
    public void ReadLines(int count)
    {
        while (count > 0)
        {
            count -= _received.AsSpan(0, Receive(0)).Count((byte)'\n');
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private void BeginData()
    {
        Say("MAIL FROM:<sender@source.test>\r\n"u8);
        Say("RCPT TO:<recipient@domain.test>\r\n"u8);
        Send("DATA\r\n"u8);
        Expect((byte)'3');
    }

    private void Say(ReadOnlySpan<byte> bytes)
    {
        Send(bytes);
        Expect((byte)'2');
    }

    private void Expect(byte firstDigit)
    {
        var reply = ReadReply();
        if (reply[0] != firstDigit)
        {
            throw new InvalidOperationException($"the sink said {System.Text.Encoding.ASCII.GetString(reply)}");
        }
    }

    private ReadOnlySpan<byte> ReadReply()
    {
        var length = 0;
        do
        {
            length += Receive(length);
        }
        while (!IsReply(_received.AsSpan(0, length)));
        return _received.AsSpan(0, length);
    }

    private int Receive(int offset)
    {
        var bytes = _stream.Read(_received, offset, _received.Length - offset);
        return bytes > 0 ? bytes : throw new InvalidOperationException("the sink closed the connection");
    }

    /// <summary>RFC 5321, section 4.2.1: the last line has a blank behind its code.</summary>
    private static bool IsReply(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.EndsWith("\r\n"u8))
        {
            return false;
        }

        var last = bytes[(bytes[..^2].LastIndexOf((byte)'\n') + 1)..];
        return last.Length > 3 && last[3] == (byte)' ';
    }
}
