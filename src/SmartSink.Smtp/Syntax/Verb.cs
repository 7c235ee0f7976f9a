namespace SmartSink.Smtp.Syntax;

/// <summary>What a command line asks for.</summary>
internal enum Verb : byte
{
    /// <summary>No SMTP command known to this server.</summary>
    Unknown,

    Ehlo,
    Helo,

    /// <summary>EHLO of LMTP (RFC 2033 section 4.1).</summary>
    Lhlo,

    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Vrfy,
    Expn,
    Help,
    Quit,
    StartTls,
    Xclient,
    Auth,

    /// <summary>A command of an RFC that this server does not offer: 502, not 500 (RFC 5321 section 4.2.4).</summary>
    NotImplemented,

    /// <summary>A line of an HTTP request.</summary>
    Http,
}
