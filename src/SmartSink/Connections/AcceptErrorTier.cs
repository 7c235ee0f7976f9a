namespace SmartSink.Connections;

/// <summary>How bad a failed accept(2) is.</summary>
internal enum AcceptErrorTier : byte
{
    /// <summary>One connection failed before it was taken: the next one is accepted at once.</summary>
    Connection,

    /// <summary>The machine is out of descriptors or memory: trying again at once would only spin.</summary>
    Exhausted,

    /// <summary>The listening socket is of no use any more.</summary>
    Fatal,
}
