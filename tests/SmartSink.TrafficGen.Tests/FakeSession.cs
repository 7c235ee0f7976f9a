using System.Text;

namespace SmartSink.TrafficGen.Tests;

/// <summary>The server's end of one connection.</summary>
internal sealed class FakeSession(Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream, Encoding.Latin1);

    /// <summary>Every line that the client has sent.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>Whether every octet leaves alone.</summary>
    public bool OctetByOctet { get; set; }

    public async Task SayAsync(string text)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        for (var index = 0; index < octets.Length; index += OctetByOctet ? 1 : octets.Length)
        {
            await stream.WriteAsync(octets.AsMemory(index, OctetByOctet ? 1 : octets.Length));
            await stream.FlushAsync();
        }
    }

    /// <summary>The next line; null at the end.</summary>
    public async Task<string?> HearAsync()
    {
        var line = await _reader.ReadLineAsync();
        Heard.Add(line ?? "(closed)");
        return line;
    }

    /// <summary>Serves until the client quits.</summary>
    /// <param name="answer">The reply to a command; null for the usual one. For the end of data the command is a dot.</param>
    public async Task ServeAsync(Func<string, string?>? answer = null)
    {
        await SayAsync(answer?.Invoke("CONNECT") ?? "220 fake.example ESMTP\r\n");
        while (await HearAsync() is { } line)
        {
            var reply = answer?.Invoke(line) ?? Usual(line);
            await SayAsync(reply);
            if (reply.StartsWith("354", StringComparison.Ordinal))
            {
                while (await HearAsync() is not (null or "."))
                {
                }

                await SayAsync(answer?.Invoke(".") ?? "250 2.0.0 OK\r\n");
            }

            if (reply.StartsWith("221", StringComparison.Ordinal) || reply.StartsWith("421", StringComparison.Ordinal))
            {
                return;
            }
        }
    }

    public void Dispose() => _reader.Dispose();

    private static string Usual(string line) => line.Split(' ')[0] switch
    {
        "EHLO" => "250-fake.example\r\n250-SIZE 1000000\r\n250 PIPELINING\r\n",
        "DATA" => "354 Go on\r\n",
        "QUIT" => "221 Bye\r\n",
        _ => "250 2.0.0 OK\r\n",
    };
}
