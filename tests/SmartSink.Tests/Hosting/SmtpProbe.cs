using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SmartSink.Tests.Hosting;

/// <summary>A client that says lines and hears replies.</summary>
internal sealed class SmtpProbe : IDisposable
{
    private readonly TcpClient _client;
    private readonly StreamReader _reader;

    private SmtpProbe(TcpClient client)
    {
        _client = client;
        _reader = new StreamReader(client.GetStream(), Encoding.ASCII);
    }

    /// <summary>Connects and takes the greeting and the reply to EHLO.</summary>
    public static async Task<SmtpProbe> ConnectAsync(IPEndPoint server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        var probe = new SmtpProbe(client);
        (await probe.HearAsync()).ShouldStartWith("220 ");
        (await probe.SayAsync("EHLO probe.example")).ShouldStartWith("250");
        return probe;
    }

    /// <summary>Says one line, or several at once, and hears one reply.</summary>
    public async Task<string> SayAsync(string lines)
    {
        await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(lines + "\r\n"));
        return await HearAsync();
    }

    /// <summary>Begins a transaction anew, and hears the reply to its recipient.</summary>
    public async Task<string> RcptAsync(string recipient)
    {
        await SayAsync("RSET");
        await SayAsync("MAIL FROM:<me@sender.example>");
        return await SayAsync($"RCPT TO:<{recipient}>");
    }

    /// <summary>Hears one reply: its last line. Empty when the server has closed.</summary>
    public async Task<string> HearAsync()
    {
        while (await _reader.ReadLineAsync() is { } line)
        {
            if (line.Length < 4 || line[3] == ' ')
            {
                return line;
            }
        }

        return string.Empty;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _client.Dispose();
    }
}
