namespace SmartSink.Hosting;

/// <summary>How far the process is, as /readyz shows it.</summary>
internal enum SinkPhase
{
    /// <summary>Not listening yet.</summary>
    Starting,

    /// <summary>Mail is answered.</summary>
    Ready,

    /// <summary>No new connections; open transactions may end.</summary>
    Stopping,

    /// <summary>The listening socket broke down.</summary>
    Failed,
}
