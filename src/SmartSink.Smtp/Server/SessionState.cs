namespace SmartSink.Smtp.Server;

/// <summary>Where a dialog stands (RFC 5321 section 3). Whether a transaction is open is told by its object.</summary>
internal enum SessionState : byte
{
    /// <summary>Before the greeting.</summary>
    New,

    /// <summary>The greeting refused service; only QUIT is left (RFC 5321 section 3.1).</summary>
    Refused,

    /// <summary>No EHLO or HELO yet, or none since TLS began.</summary>
    Connected,

    /// <summary>Greeted by EHLO or HELO.</summary>
    Greeted,

    /// <summary>Between 354 and the end of data.</summary>
    Data,

    /// <summary>Inside an exchange of AUTH: each line is the client's response to a challenge.</summary>
    Authenticating,

    /// <summary>STARTTLS was answered; the handshake is the transport's.</summary>
    Upgrading,

    /// <summary>Over.</summary>
    Ended,
}
