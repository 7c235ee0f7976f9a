namespace SmartSink.Smtp.Client;

/// <summary>The service extensions that a server's reply to EHLO names, as far as a client makes use of them.</summary>
[Flags]
public enum ServerExtensions
{
    /// <summary>None, as after HELO.</summary>
    None = 0,

    /// <summary>PIPELINING (RFC 2920).</summary>
    Pipelining = 0x1,

    /// <summary>STARTTLS (RFC 3207).</summary>
    StartTls = 0x2,

    /// <summary>CHUNKING (RFC 3030).</summary>
    Chunking = 0x4,

    /// <summary>SMTPUTF8 (RFC 6531).</summary>
    SmtpUtf8 = 0x8,

    /// <summary>8BITMIME (RFC 6152).</summary>
    EightBitMime = 0x10,

    /// <summary>SIZE (RFC 1870).</summary>
    Size = 0x20,

    /// <summary>AUTH with PLAIN (RFC 4616).</summary>
    AuthPlain = 0x40,

    /// <summary>AUTH with LOGIN.</summary>
    AuthLogin = 0x80,
}
