namespace SmartSink.Listening;

/// <summary>What a connection waits for.</summary>
internal enum ConnectionPhase : byte
{
    /// <summary>Not started.</summary>
    New,

    /// <summary>Octets from the client: a receive is under way.</summary>
    Receiving,

    /// <summary>The client's reading of its replies: a send is under way.</summary>
    Sending,

    /// <summary>Its turn on the thread pool, after it has had the polling thread long enough.</summary>
    Yielded,

    /// <summary>The dialog runs over TLS.</summary>
    Tls,

    /// <summary>The client's end of the connection, after the last reply: what still comes is dropped.</summary>
    Lingering,

    /// <summary>Nothing: it is over.</summary>
    Closed,
}
