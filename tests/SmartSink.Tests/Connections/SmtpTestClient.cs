using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace SmartSink.Tests.Connections;

/// <summary>The client's side of a dialog, one step at a time.</summary>
internal sealed class SmtpTestClient : IAsyncDisposable
{
    private const string HelpLine = "HELP\r\n";

    private static readonly byte[] HelpLines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(HelpLine, 1000)));

    private readonly byte[] _buffer = new byte[4096];
    private readonly MemoryStream _line = new();
    private Stream _stream;
    private int _start;
    private int _end;

    private readonly Socket? _socket;
    private WriteGate _gate = new(Stream.Null);

    private SmtpTestClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    public SmtpTestClient(MemoryClient memory)
    {
        Memory = memory;
        _stream = memory;
    }

    public Socket Socket => _socket ?? throw new InvalidOperationException("A connection in memory has no socket.");

    /// <summary>The connection without a socket; null for one with.</summary>
    public MemoryClient? Memory { get; }

    /// <summary>The octets sent in all.</summary>
    public long Sent { get; private set; }

    public SslStream Tls => (SslStream)_stream;

    public static async Task<SmtpTestClient> ConnectAsync(EndPoint server)
    {
        var socket = server.AddressFamily == AddressFamily.Unix
            ? new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, Patience.Token());
        return new SmtpTestClient(socket);
    }

    /// <summary>Sends text as it stands, in one piece.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _stream.WriteAsync(bytes, Patience.Token());
        Sent += bytes.Length;
    }

    /// <summary>Sends text over TLS, each in a record of its own, but all records in one piece.</summary>
    public async Task SendInOnePieceAsync(IEnumerable<string> records)
    {
        _gate.IsShut = true;
        foreach (var record in records)
        {
            await SendAsync(record);
        }

        _gate.IsShut = false;
        await _gate.FlushAsync(Patience.Token());
    }

    /// <summary>Sends a command line and reads its reply. Behind QUIT it has no more to say, and over TLS tells the server so: that waits for it a while.</summary>
    public async Task<string> AskAsync(string command)
    {
        await SendAsync(command + "\r\n");
        var reply = await ReplyAsync();
        if (command == "QUIT" && _stream is SslStream)
        {
            HalfClose();
        }

        return reply;
    }

    /// <summary>Reads one reply, its lines joined by LF; null when the server has closed.</summary>
    public async Task<string> ReplyAsync()
    {
        var reply = new StringBuilder();
        while (true)
        {
            var line = await LineAsync() ?? throw new EndOfStreamException($"The server closed; before that it said: '{reply}'");
            reply.Append(line);
            if (line.Length < 4 || line[3] != '-')
            {
                return reply.ToString();
            }

            reply.Append('\n');
        }
    }

    /// <summary>Reads past all replies of a code, and returns the first of another.</summary>
    public async Task<string> ReplyBehindAsync(string code)
    {
        string reply;
        do
        {
            reply = await ReplyAsync();
        }
        while (reply.StartsWith(code, StringComparison.Ordinal));

        return reply;
    }

    /// <summary>Reads a line without its CRLF; null when the server has closed in good order.</summary>
    public async Task<string?> LineAsync() => await OctetsOfLineAsync() is { } line ? Encoding.UTF8.GetString(line) : null;

    /// <summary>Reads the octets of a line without its CRLF; null when the server has closed in good order.</summary>
    public async Task<byte[]?> OctetsOfLineAsync()
    {
        _line.SetLength(0);
        while (true)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = await _stream.ReadAsync(_buffer, Patience.Token());
                if (_end == 0)
                {
                    return _line.Length == 0 ? null : throw new EndOfStreamException("The server closed within a line.");
                }
            }

            var octet = _buffer[_start++];
            if (octet == '\n')
            {
                return _line.GetBuffer().AsSpan(0, (int)_line.Length - 1).ToArray();
            }

            _line.WriteByte(octet);
        }
    }

    /// <summary>Reads one octet of whatever it is; null when the server has closed.</summary>
    public async Task<byte?> ByteAsync()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = await _stream.ReadAsync(_buffer, Patience.Token());
        }

        return _start < _end ? _buffer[_start++] : null;
    }

    /// <summary>Sends octets as far as the server takes them: it may hang up before the end.</summary>
    public async Task SendUntilClosedAsync(ReadOnlyMemory<byte> bytes)
    {
        const int Chunk = 100_000;
        try
        {
            for (; !bytes.IsEmpty; bytes = bytes[Math.Min(Chunk, bytes.Length)..])
            {
                await SendAsync(bytes[..Math.Min(Chunk, bytes.Length)]);
            }
        }
        catch (IOException)
        {
            // The server has hung up, as it should.
        }
    }

    /// <summary>
    /// Sends HELP without reading until its side of the connection holds no more, and the server waits with replies that it could not send.
    /// Says how many whole commands went out. No other client may be there.
    /// </summary>
    public async Task<int> FillUpAsync(RunningServer server)
    {
        await server.SettledAsync(Sent);
        var sentBefore = server.Connections.Sent;
        (await AskAsync("HELP")).ShouldStartWith("214");
        await server.SettledAsync(Sent);
        var (replies, sent) = (server.Sessions.ReplyCount, server.Connections.Sent);
        var size = sent - sentBefore;

        var octets = Flood();
        var patience = Patience.Token();
        while (!server.Server.IsAtRest || (server.Sessions.ReplyCount - replies) * size <= server.Connections.Sent - sent || Socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite))
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
            octets += Flood(octets);
        }

        return (int)(octets / HelpLine.Length);
    }

    /// <summary>Sends HELP, without reading, as often as its side of the connection takes at once.</summary>
    /// <param name="before">The octets that were sent of it before.</param>
    /// <returns>The octets sent now.</returns>
    public long Flood(long before = 0)
    {
        Socket.Blocking = false;
        var (sent, bytes) = (0L, 0);
        do
        {
            sent += bytes;
            bytes = Math.Max(0, Socket.Send(HelpLines.AsSpan()[(int)((before + sent) % HelpLine.Length)..], SocketFlags.None, out _));
        }
        while (bytes > 0);
        Socket.Blocking = true;
        return sent;
    }

    /// <summary>Reads and forgets until the server has closed, in good order or not.</summary>
    public async Task ReadToEndAsync()
    {
        try
        {
            while (await _stream.ReadAsync(_buffer, Patience.Token()) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A reset is an end, too.
        }
    }

    /// <summary>Goes from EHLO to the 354 of DATA.</summary>
    public async Task BeginDataAsync(string sender = "a@example.org")
    {
        (await AskAsync("EHLO client.example")).ShouldStartWith("250");
        (await AskAsync($"MAIL FROM:<{sender}>")).ShouldStartWith("250");
        (await AskAsync("RCPT TO:<b@example.net>")).ShouldStartWith("250");
        (await AskAsync("DATA")).ShouldStartWith("354");
    }

    /// <summary>Does the handshake, after the server's 220.</summary>
    /// <param name="version">The one version to speak; any when none is given.</param>
    /// <param name="configure">Changes how it is done.</param>
    public async Task StartTlsAsync(SslProtocols version = SslProtocols.None, Action<SslClientAuthenticationOptions>? configure = null)
    {
        _gate = new WriteGate(_stream);
        var tls = new SslStream(_gate);
        _stream = tls;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = version,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        configure?.Invoke(options);
        await tls.AuthenticateAsClientAsync(options, Patience.Token());
    }

    /// <summary>Says that nothing more will be sent; the other direction stays open.</summary>
    public void HalfClose()
    {
        Memory?.HalfClose();
        _socket?.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Resets the connection.</summary>
    public void Reset()
    {
        if (Memory is not null)
        {
            Memory.Reset();
            return;
        }

        Socket.LingerState = new LingerOption(enable: true, 0);
        Socket.Dispose();
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();
}
