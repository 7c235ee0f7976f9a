using System.Net.Sockets;
using System.Text;

namespace SmartSink.EndToEnd.Tests.Compatibility.Relays;

/// <summary>An MTA on a host of its own that hands everything to a smarthost at port <see cref="SmarthostPort"/> there.</summary>
internal abstract class Relay(UnpackedHost host) : IAsyncDisposable
{
    public const int SmarthostPort = 2525;

    /// <summary>Where those that listen take mail, as a rule.</summary>
    protected const int SubmissionPort = 2500;

    public UnpackedHost Host { get; } = host;

    /// <summary>Its version, as its authors count.</summary>
    public abstract string Version { get; }

    /// <summary>Where it takes mail, if it listens.</summary>
    public virtual int Port => SubmissionPort;

    /// <summary>What it has logged so far.</summary>
    public virtual string Log => Host.Said;

    /// <summary>Hands it a message that asks for all that DSN has (RFC 3461), if it takes that.</summary>
    public virtual async Task SubmitAsync(string sender, string recipient)
    {
        await using var connection = await Host.ConnectAsync(Port);
        await SubmitAsync(connection, sender, recipient);
    }

    /// <summary>Asks for all that is queued to be tried again now, until something has come of it.</summary>
    public async Task<T> FlushUntilAsync<T>(Task<T> result)
    {
        // Again and again: none of them tries anew what it is at, nor says when it is at nothing.
        while (!result.IsCompleted)
        {
            await FlushAsync();
            await Task.WhenAny(result, Task.Delay(500, TestContext.Current.CancellationToken));
        }

        return await result;
    }

    /// <summary>Asks for all that is queued to be tried again now.</summary>
    protected abstract Task FlushAsync();

    public virtual ValueTask DisposeAsync() => Host.DisposeAsync();

    protected static async Task SubmitAsync(NetworkStream connection, string sender, string recipient)
    {
        using var reader = new StreamReader(connection, Encoding.Latin1, leaveOpen: true);
        foreach (var (line, code) in new[]
        {
            (string.Empty, "220"),
            ("EHLO client.example\r\n", "250"),
            ($"MAIL FROM:<{sender}> RET=HDRS ENVID=envelope\r\n", "250"),
            ($"RCPT TO:<{recipient}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;{recipient}\r\n", "250"),
            ("DATA\r\n", "354"),
            ($"{Message(sender, recipient).ReplaceLineEndings("\r\n")}\r\n.\r\n", "250"),
            ("QUIT\r\n", "221"),
        })
        {
            await connection.WriteAsync(Encoding.Latin1.GetBytes(line), TestContext.Current.CancellationToken);
            string? reply;
            do
            {
                reply = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
                reply.ShouldNotBeNull().ShouldStartWith(code, customMessage: line);
            }
            while (reply[3] == '-');
        }
    }

    protected static string Message(string sender, string recipient) => $"""
        From: <{sender}>
        To: <{recipient}>
        Subject: A test
        Date: Mon, 02 Nov 2026 10:00:00 +0000
        Message-ID: <{Guid.NewGuid()}@client.example>

        Hello.
        """;
}
