namespace SmartSink.PeerBenchmarks.Tls;

/// <summary>How a connection becomes secure.</summary>
internal enum Handshake
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>With a new session.</summary>
    Full,

    /// <summary>With the session of an earlier connection.</summary>
    Resumed,
}
