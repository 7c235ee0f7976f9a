namespace SmartSink.Connections;

/// <summary>What a connection waits for.</summary>
internal enum ConnectionPhase : byte
{
    /// <summary>The first word of the polling thread; nothing is said yet.</summary>
    New,

    /// <summary>The header of the proxy between the client and the server.</summary>
    ProxyHeader,

    /// <summary>Octets from the client.</summary>
    Reading,

    /// <summary>The client's reading of its replies.</summary>
    Sending,

    /// <summary>The dialog runs over TLS.</summary>
    Tls,

    /// <summary>The client's end of the connection, after the last reply: what still comes is dropped.</summary>
    Lingering,

    /// <summary>Nothing: it is over.</summary>
    Closed,
}
