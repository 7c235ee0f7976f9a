namespace SmartSink.TrafficGen;

/// <summary>A part of the dialog that is timed, and at which an answer is given.</summary>
internal enum TrafficStage
{
    /// <summary>From the connect call to the greeting.</summary>
    Connect,

    /// <summary>EHLO or HELO, to its reply.</summary>
    Ehlo,

    /// <summary>STARTTLS and the handshake, or with implicit TLS the handshake.</summary>
    Tls,

    /// <summary>AUTH, to its last reply.</summary>
    Auth,

    /// <summary>MAIL, to its reply.</summary>
    Mail,

    /// <summary>RCPT, to its reply.</summary>
    Rcpt,

    /// <summary>DATA, to its reply.</summary>
    Data,

    /// <summary>From the first octet of the message to the reply after its end.</summary>
    EndOfData,

    /// <summary>A request of HTTP injection, from its first octet to the end of its answer.</summary>
    Request,

    /// <summary>From MAIL or the request, or from the time the message was due by the rate profile, to the last reply; refused ones too.</summary>
    Transaction,
}
