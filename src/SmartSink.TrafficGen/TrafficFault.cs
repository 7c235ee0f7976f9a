namespace SmartSink.TrafficGen;

/// <summary>Why a connection could not be made, was lost, or is of no use. Not a refusal of a message.</summary>
internal enum TrafficFault
{
    /// <summary>The system could not connect: refused, unreachable, no name, no port left.</summary>
    ConnectFailed,

    /// <summary>The server closed or reset the connection before a reply that was owed.</summary>
    Closed,

    /// <summary>No reply in time; the times are those of RFC 5321 section 4.5.3.2.</summary>
    TimedOut,

    /// <summary>A reply that is none, or one that the command cannot have.</summary>
    Malformed,

    /// <summary>The greeting, EHLO or HELO was refused with other than 421.</summary>
    Refused,

    /// <summary>421: the service closes the connection, at whatever stage.</summary>
    ServiceClosing,

    /// <summary>STARTTLS is not offered or refused, or the handshake failed.</summary>
    TlsFailed,

    /// <summary>AUTH is not offered or the credential refused.</summary>
    AuthFailed,

    /// <summary>An extension that was asked for is not offered: CHUNKING, SMTPUTF8.</summary>
    NotOffered,
}
