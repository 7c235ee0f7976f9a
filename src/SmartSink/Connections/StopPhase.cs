namespace SmartSink.Connections;

/// <summary>How urgently the server stops. It only ever grows.</summary>
internal enum StopPhase
{
    /// <summary>It does not stop.</summary>
    Running,

    /// <summary>Idle sessions get 421 and close, sessions in a transaction may finish it.</summary>
    Draining,

    /// <summary>The time for finishing is over: every session gets 421 and closes.</summary>
    Forcing,

    /// <summary>What is still there is closed without a word.</summary>
    Aborting,
}
