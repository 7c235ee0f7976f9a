using System.Net.Security;
using System.Text;

namespace SmartSink.TrafficGen.Tests;

/// <summary>The server's end of one connection.</summary>
internal sealed class FakeSession(Stream stream, Func<Task> fallSilent) : IDisposable
{
    private Stream _stream = stream;
    private StreamReader _reader = new(stream, Encoding.Latin1, false, -1, leaveOpen: true);

    /// <summary>Every line that the client has sent.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>What BDAT has brought, a command each.</summary>
    public List<string> Chunks { get; } = [];

    /// <summary>What the usual reply to EHLO offers.</summary>
    public IReadOnlyList<string> Extensions { get; set; } = ["SIZE 1000000", "PIPELINING"];

    /// <summary>The name by which the client asked for the server with TLS; empty for an address.</summary>
    public string? ServerName { get; private set; }

    /// <summary>Whether every octet leaves alone.</summary>
    public bool OctetByOctet { get; set; }

    public async Task SayAsync(string text)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        for (var index = 0; index < octets.Length; index += OctetByOctet ? 1 : octets.Length)
        {
            await _stream.WriteAsync(octets.AsMemory(index, OctetByOctet ? 1 : octets.Length));
            await _stream.FlushAsync();
        }
    }

    /// <summary>Says and hears nothing any more until the server is disposed.</summary>
    public Task FallSilentAsync() => fallSilent();

    /// <summary>The next line; null at the end.</summary>
    public async Task<string?> HearAsync()
    {
        var line = await _reader.ReadLineAsync();
        Heard.Add(line ?? "(closed)");
        return line;
    }

    /// <summary>Exactly so many octets, a character each; fewer at the end.</summary>
    public async Task<string> HearOctetsAsync(int count)
    {
        var octets = new char[count];
        return new string(octets, 0, await _reader.ReadBlockAsync(octets));
    }

    /// <summary>Encrypts from now on.</summary>
    public async Task SecureAsync()
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Instance });
        _stream = tls;
        _reader.Dispose();
        _reader = new StreamReader(tls, Encoding.Latin1);
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
                Chunks.Add(await HearOctetsAsync(int.Parse(line.Split(' ')[1])));
                goesOn = await ReplyAsync(await answer(".") ?? "250 2.0.0 OK\r\n");
                continue;
            }

            var reply = await answer(line) ?? Usual(line);
            goesOn = await ReplyAsync(reply);
            if (line == "STARTTLS" && reply == "220 Go on\r\n")
            {
                await SecureAsync();
            }

            if (goesOn && reply.StartsWith("354", StringComparison.Ordinal))
            {
                while (await HearAsync() is not (null or "."))
                {
                }

                goesOn = await ReplyAsync(await answer(".") ?? "250 2.0.0 OK\r\n");
            }
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
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
