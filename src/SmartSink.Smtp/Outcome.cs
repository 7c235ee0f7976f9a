namespace SmartSink.Smtp;

/// <summary>The outcome of a recipient or a message, by the first digit of the reply that decided it (RFC 5321 section 4.2.1).</summary>
public enum Outcome : byte
{
    /// <summary>2yz: the sink has accepted the mail (and discarded it).</summary>
    Accepted,

    /// <summary>4yz: refused temporarily.</summary>
    TempFail,

    /// <summary>5yz: refused permanently.</summary>
    PermFail,
}

/// <summary>The point of a dialog at which an answer is given. The same five words are used in responses.toml, metrics and logs.</summary>
public enum Stage : byte
{
    /// <summary>The greeting, before the client has said anything (RFC 5321 section 3.1).</summary>
    Connect,

    /// <summary>The reply to EHLO or HELO (RFC 5321 section 4.1.1.1).</summary>
    Ehlo,

    /// <summary>The reply to MAIL (RFC 5321 section 4.1.1.2).</summary>
    Mail,

    /// <summary>The reply to RCPT (RFC 5321 section 4.1.1.3).</summary>
    Rcpt,

    /// <summary>The reply at end of data (RFC 5321 section 4.1.1.4).</summary>
    Data,
}
