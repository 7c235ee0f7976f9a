namespace SmartSink.Listening;

/// <summary>Why a connection has something to do.</summary>
[Flags]
internal enum GateSignals
{
    /// <summary>For no reason.</summary>
    None = 0,

    /// <summary>The operation it waited for has completed.</summary>
    Completed = 2,

    /// <summary>Its deadline has come, or the server stops.</summary>
    Attention = 4,
}
