namespace SmartSink.Tls;

/// <summary>Something that goes wrong on purpose on a connection's way to TLS.</summary>
internal enum TlsFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>EHLO does not list STARTTLS, and the command is not known.</summary>
    Hidden,

    /// <summary>STARTTLS is answered 454 (RFC 3207 section 4).</summary>
    Unavailable,

    /// <summary>The certificate has expired.</summary>
    Expired,

    /// <summary>The certificate is that of another server.</summary>
    WrongName,

    /// <summary>The certificate is signed by nobody but itself.</summary>
    SelfSigned,

    /// <summary>The client's hello is not answered.</summary>
    NoAnswer,

    /// <summary>The client's hello is answered by a reset.</summary>
    Reset,
}
