namespace SmartSink.TrafficGen;

/// <summary>Whether and how a connection is encrypted. The server's certificate is not checked.</summary>
internal enum TlsMode
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By STARTTLS (RFC 3207); a server that does not offer it fails the connection.</summary>
    StartTls,

    /// <summary>From the first octet on (RFC 8314 section 3.3).</summary>
    Implicit,
}
