namespace SmartSink.Smtp.Client;

/// <summary>What the transport does next, after sending what was written.</summary>
public enum ClientAction
{
    /// <summary>Receive, and advance with what came.</summary>
    Receive,

    /// <summary>Make the TLS handshake, then tell <see cref="SmtpClientSession.TlsEstablished"/>.</summary>
    Handshake,

    /// <summary>Nothing is under way: begin a message, or quit.</summary>
    Idle,

    /// <summary>Send the message, with its end of data unless BDAT is used; then receive.</summary>
    SendMessage,

    /// <summary>Close the connection; <see cref="SmtpClientSession.Failure"/> says whether that is in order.</summary>
    Close,
}
