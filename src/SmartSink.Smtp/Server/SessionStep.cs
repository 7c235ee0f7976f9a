namespace SmartSink.Smtp.Server;

/// <summary>The result of one call into a session.</summary>
/// <param name="Action">What to do next.</param>
/// <param name="Consumed">How many octets of the input were taken, 0 to its length.</param>
public readonly record struct SessionStep(SessionAction Action, int Consumed);

/// <summary>What the transport has to do next, once it has sent the pending replies.</summary>
public enum SessionAction : byte
{
    /// <summary>
    /// Receive more octets and call again. Octets not consumed belong in front of them. Of those that come next,
    /// <see cref="MailSession.Droppable"/> may be dropped unread.
    /// </summary>
    Read,

    /// <summary>The replies have reached their high-water mark: send them, then call again with the octets not consumed.</summary>
    Flush,

    /// <summary>Send the replies, throw away every octet received so far, do the TLS handshake, then call <c>TlsEstablished</c>.</summary>
    StartTls,

    /// <summary>Send the replies and close the connection.</summary>
    Close,
}
