using System.Net;
using System.Net.Security;
using System.Text;

namespace SmartSink.TrafficGen.Tests;

/// <summary>The server's end of one connection.</summary>
internal sealed class FakeSession(Stream stream, IPAddress client, Func<Task> fallSilent) : IDisposable
{
    private Stream _stream = stream;
    private readonly byte[] _input = new byte[16 * 1024];
    private readonly List<string> _recipients = [];
    private int _offset;
    private int _length;
    private string _greeting = string.Empty;
    private string _mail = string.Empty;

    /// <summary>Where the client connected from.</summary>
    public IPAddress Client => client;

    /// <summary>What it has sent.</summary>
    public List<HeardMessage> Messages { get; } = [];

    /// <summary>Every line that the client has sent.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>What BDAT has brought, a command each.</summary>
    public List<string> Chunks { get; } = [];

    /// <summary>What the usual reply to EHLO offers.</summary>
    public IReadOnlyList<string> Extensions { get; set; } = ["SIZE 1000000", "PIPELINING"];

    /// <summary>The name by which the client asked for the server with TLS; empty for an address.</summary>
    public string? ServerName { get; private set; }

    /// <summary>Whether every octet leaves alone.</summary>
    public bool ByteByByte { get; set; }

    public async Task SayAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var index = 0; index < bytes.Length; index += ByteByByte ? 1 : bytes.Length)
        {
            await _stream.WriteAsync(bytes.AsMemory(index, ByteByByte ? 1 : bytes.Length));
            await _stream.FlushAsync();
        }
    }

    /// <summary>Says and hears nothing any more until the server is disposed.</summary>
    public Task FallSilentAsync() => fallSilent();

    /// <summary>The next line, which CRLF alone ends; null at the end.</summary>
    public async Task<string?> HearAsync()
    {
        var line = new StringBuilder();
        while (await TakeAsync() is >= 0 and var octet)
        {
            line.Append((char)octet);
            if (octet == '\n' && line.Length > 1 && line[^2] == '\r')
            {
                Heard.Add(line.ToString(0, line.Length - 2));
                return Heard[^1];
            }
        }

        Heard.Add("(closed)");
        return null;
    }

    /// <summary>Exactly so many octets, a character each; fewer at the end.</summary>
    public async Task<string> HearBytesAsync(int count)
    {
        var bytes = new StringBuilder();
        while (bytes.Length < count && await TakeAsync() is >= 0 and var octet)
        {
            bytes.Append((char)octet);
        }

        return bytes.ToString();
    }

    /// <summary>Encrypts from now on.</summary>
    public async Task SecureAsync()
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Instance });
        _stream = tls;
        ServerName = tls.TargetHostName;
    }

    /// <summary>Serves until the client quits.</summary>
    /// <param name="answer">
    /// The reply to a command; null for the usual one, and one without a line end is the last. For the greeting the command is CONNECT, for
    /// the end of data a dot.
    /// </param>
    public Task ServeAsync(Func<string, string?>? answer = null) => ServeSlowlyAsync(line => Task.FromResult(answer?.Invoke(line)));

    /// <summary>The same with replies that take their time.</summary>
    public async Task ServeSlowlyAsync(Func<string, Task<string?>> answer)
    {
        var goesOn = await ReplyAsync(await answer("CONNECT") ?? "220 fake.example ESMTP\r\n");
        while (goesOn && await HearAsync() is { } line)
        {
            if (line.StartsWith("BDAT ", StringComparison.Ordinal))
            {
                Chunks.Add(await HearBytesAsync(int.Parse(line.Split(' ')[1])));
                Keep(Chunks[^1]);
                goesOn = await ReplyAsync(await answer(".") ?? "250 2.0.0 OK\r\n");
                continue;
            }

            var reply = await answer(line) ?? Usual(line);
            goesOn = await ReplyAsync(reply);
            Note(line, reply);
            if (line == "STARTTLS" && reply == "220 Go on\r\n")
            {
                await SecureAsync();
            }

            if (goesOn && reply.StartsWith("354", StringComparison.Ordinal))
            {
                Keep(await HearMessageAsync());
                goesOn = await ReplyAsync(await answer(".") ?? "250 2.0.0 OK\r\n");
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    private void Note(string line, string reply)
    {
        switch (line.Split(' ')[0])
        {
            case "EHLO" or "HELO":
                _greeting = line;
                break;
            case "MAIL":
                _mail = line;
                _recipients.Clear();
                break;
            case "RCPT" when reply.StartsWith('2'):
                _recipients.Add(line);
                break;
        }
    }

    private async Task<string> HearMessageAsync()
    {
        var bytes = new StringBuilder();
        while (await HearAsync() is { } line and not ".")
        {
            bytes.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        return bytes.ToString();
    }

    private void Keep(string bytes) => Messages.Add(new HeardMessage(_greeting, _mail, [.. _recipients], bytes));

    private async ValueTask<int> TakeAsync()
    {
        if (_offset == _length)
        {
            _offset = 0;
            _length = await _stream.ReadAsync(_input);
        }

        return _length == 0 ? -1 : _input[_offset++];
    }

    // Whether the connection stays.
    private async Task<bool> ReplyAsync(string reply)
    {
        await SayAsync(reply);
        return reply.EndsWith('\n') && !reply.StartsWith("221", StringComparison.Ordinal) && !reply.StartsWith("421", StringComparison.Ordinal);
    }

    private string Usual(string line) => line.Split(' ')[0] switch
    {
        "EHLO" => string.Concat(Extensions.Select(extension => $"250-{extension}\r\n").Prepend("250-fake.example\r\n")) + "250 HELP\r\n",
        "AUTH" => line == "AUTH LOGIN" ? "334 VXNlcm5hbWU6\r\n" : "235 2.7.0 Welcome\r\n",
        "STARTTLS" => "220 Go on\r\n",
        "DATA" => "354 Go on\r\n",
        "QUIT" => "221 Bye\r\n",
        _ when Heard.Count > 1 && Heard[^2] == "AUTH LOGIN" => "334 UGFzc3dvcmQ6\r\n",
        _ when Heard.Count > 2 && Heard[^3] == "AUTH LOGIN" => "235 2.7.0 Welcome\r\n",
        _ => "250 2.0.0 OK\r\n",
    };
}
