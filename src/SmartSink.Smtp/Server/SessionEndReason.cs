namespace SmartSink.Smtp.Server;

/// <summary>Why a connection ended; the same word (in snake case) stands in the log, the metric and the tests.</summary>
public enum SessionEndReason : byte
{
    /// <summary>Not ended.</summary>
    None,

    /// <summary>The client said QUIT.</summary>
    Quit,

    /// <summary>The client closed its side without QUIT, outside a transaction's data.</summary>
    ClientClosed,

    /// <summary>The client closed or reset the connection while its message, by DATA or BDAT, was being received.</summary>
    ClosedInData,

    /// <summary>The connection was reset or failed.</summary>
    ConnectionReset,

    /// <summary>A reply of the policy (421, or one with <c>close = true</c>) closed the connection.</summary>
    PolicyClosed,

    /// <summary>A fault of the policy: no reply, or one that was lost on purpose.</summary>
    Fault,

    /// <summary>The client finished no command, or sent nothing of its message, for longer than the limit (RFC 5321 section 4.5.3.2.7).</summary>
    IdleTimeout,

    /// <summary>A transaction took longer than its deadline.</summary>
    TransactionTimeout,

    /// <summary>The client sent its message more slowly than the limit, or did not read its replies.</summary>
    SlowClient,

    /// <summary>The client made more errors than the limit.</summary>
    TooManyErrors,

    /// <summary>The client sent more messages on one connection than the limit.</summary>
    TooManyMessages,

    /// <summary>The server already had as many connections as it may.</summary>
    TooManyConnections,

    /// <summary>The client's address already had as many connections as it may.</summary>
    TooManyConnectionsFromAddress,

    /// <summary>A command line went on beyond every bound without an end.</summary>
    LineTooLong,

    /// <summary>The client kept ending its lines with CR or LF alone.</summary>
    BareLineEnds,

    /// <summary>The client speaks HTTP, a TLS hello in the clear, or octets that are no command at all.</summary>
    NotSmtp,

    /// <summary>A BDAT without a size that can be told: nobody knows which of the octets behind it are commands.</summary>
    OutOfStep,

    /// <summary>A proxy's header is asked for, and whoever connected is not one of the proxies that are believed.</summary>
    ProxyNotTrusted,

    /// <summary>A proxy's header is asked for, and something else or nothing came.</summary>
    ProxyHeaderMissing,

    /// <summary>The proxy's header breaks its grammar, or ends before its end.</summary>
    ProxyHeaderBroken,

    /// <summary>The proxy's header took too long.</summary>
    ProxyHeaderLate,

    /// <summary>The TLS handshake failed or took too long.</summary>
    TlsFailed,

    /// <summary>The server is stopping.</summary>
    Shutdown,

    /// <summary>A defect of the server; the log has the exception.</summary>
    InternalError,
}
