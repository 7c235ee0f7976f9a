namespace SmartSink.Connections;

/// <summary>What a connection was called to its polling thread for.</summary>
[Flags]
internal enum ConnectionSignals
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The deadline or a stop: it is to look at both.</summary>
    Attention = 1,

    /// <summary>Its next turn, after it has had the thread long enough.</summary>
    Turn = 2,

    /// <summary>The dialog over TLS has ended.</summary>
    TlsEnded = 4,
}
