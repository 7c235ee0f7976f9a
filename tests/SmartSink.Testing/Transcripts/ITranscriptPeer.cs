namespace SmartSink.Testing.Transcripts;

/// <summary>The clients of a server that a transcript is played against: over memory or over sockets. The calls are about the client at hand, at first number 1.</summary>
public interface ITranscriptPeer : IAsyncDisposable
{
    /// <summary>Puts a policy in force for what follows; it is in force when the task ends.</summary>
    ValueTask UsePolicyAsync(string path);

    /// <summary>From here on another client is at hand. It connects with the first octet that goes either way.</summary>
    /// <param name="client">Its number, from 1.</param>
    void SwitchTo(int client);

    /// <summary>Sends octets in one piece.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Says that nothing more will be sent (a FIN); what the server says is still read.</summary>
    void EndSending();

    /// <summary>The server's next line, without its CRLF; null when it closed, or over memory when it has no more to say for now.</summary>
    ValueTask<byte[]?> ReceiveLineAsync();

    /// <summary>Does the handshake that STARTTLS announced.</summary>
    ValueTask StartTlsAsync();

    /// <summary>
    /// Lets time go by on the server's clock, after the server has taken in every octet that any client sent so far; the server has
    /// looked at its deadlines when the task ends.
    /// </summary>
    ValueTask AdvanceTimeAsync(TimeSpan span);

    /// <summary>Waits for the server to close; no more octets may come before that.</summary>
    /// <returns>The server's reason, in snake case; null where a client cannot see it.</returns>
    ValueTask<string?> WaitForCloseAsync();
}
