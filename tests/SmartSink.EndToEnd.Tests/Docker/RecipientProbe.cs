using System.Net;
using System.Net.Sockets;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>Asks a sink about one recipient, on a connection of its own.</summary>
internal static class RecipientProbe
{
    /// <summary>The reply that decides, at RCPT or at end of data.</summary>
    public static Task<string> AnswerAsync(int port, string recipient) => AnswerAsync(new IPEndPoint(IPAddress.Loopback, port), recipient);

    /// <inheritdoc cref="AnswerAsync(int, string)"/>
    public static async Task<string> AnswerAsync(IPEndPoint sink, string recipient)
    {
        using var client = new TcpClient(sink.AddressFamily);
        await client.ConnectAsync(sink);
        using var reader = new StreamReader(client.GetStream());
        await using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        var reply = await ReadReplyAsync(reader);
        foreach (var command in new[] { "EHLO client.test", "MAIL FROM:<a@client.test>", $"RCPT TO:<{recipient}>", "DATA", "." })
        {
            if (reply[0] is not ('2' or '3'))
            {
                return reply;
            }

            await writer.WriteLineAsync(command);
            reply = await ReadReplyAsync(reader);
        }

        return reply;
    }

    /// <summary>The same where nobody may listen yet, or a proxy before it have no sink; empty then.</summary>
    public static async Task<string> TryAnswerAsync(int port, string recipient)
    {
        try
        {
            return await AnswerAsync(port, recipient);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return string.Empty;
        }
    }

    /// <summary>The last line of one reply.</summary>
    private static async Task<string> ReadReplyAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length < 4 || line[3] != '-')
            {
                return line;
            }
        }

        throw new IOException("the sink closed the connection");
    }
}
