namespace SmartSink.Smtp.Client;

/// <summary>Why a client ends a dialog that it did not want to end.</summary>
public enum ClientFailure
{
    /// <summary>It did want to: QUIT.</summary>
    None,

    /// <summary>What came is not a reply, is one that the command cannot have, or was not asked for.</summary>
    Malformed,

    /// <summary>421, at whatever stage.</summary>
    ServiceClosing,

    /// <summary>The greeting, EHLO and HELO, or RSET was refused.</summary>
    Refused,

    /// <summary>STARTTLS is wanted and not offered, or refused.</summary>
    NoTls,

    /// <summary>AUTH is wanted and not offered by PLAIN or LOGIN, or refused.</summary>
    NoAuth,

    /// <summary>CHUNKING or SMTPUTF8 is wanted and not offered.</summary>
    NotOffered,
}
