namespace SmartSink.TrafficGen;

/// <summary>Why a connection could not be made, was lost, or is of no use. Not a refusal of a message.</summary>
internal enum TrafficFault
{
    /// <summary>The system could not connect: refused, unreachable, no name, no port left.</summary>
    ConnectFailed,

    /// <summary>The server closed or reset the connection before a reply that was owed.</summary>
    Closed,

    /// <summary>No reply in time; the times are those of RFC 5321 section 4.5.3.2, and a minute for an HTTP request.</summary>
    TimedOut,

    /// <summary>A reply that is none, or one that the command cannot have; by HTTP an answer that is not KumoMTA's, or whose sums do not fit.</summary>
    Malformed,

    /// <summary>The greeting, EHLO or HELO was refused with other than 421.</summary>
    Refused,

    /// <summary>421: the service closes the connection, at whatever stage.</summary>
    ServiceClosing,

    /// <summary>STARTTLS is not offered or refused, or the handshake failed.</summary>
    TlsFailed,

    /// <summary>AUTH is not offered, or the credential refused; by HTTP 401, 403 or 407.</summary>
    AuthFailed,

    /// <summary>What was asked for is not offered: CHUNKING, SMTPUTF8, the injection of messages at the URL.</summary>
    NotOffered,

    /// <summary>An HTTP request was answered with 4xx other than those that mean <see cref="AuthFailed"/> or <see cref="NotOffered"/>.</summary>
    RequestRefused,

    /// <summary>An HTTP request was answered with 5xx.</summary>
    RequestFailed,
}
