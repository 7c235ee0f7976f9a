namespace SmartSink.Tls;

/// <summary>What a TLS dialog is doing, and so what it means when its deadline comes.</summary>
internal enum TlsPhase
{
    /// <summary>The handshake.</summary>
    Handshake,

    /// <summary>It waits for the client, or works on what the client said.</summary>
    Dialog,

    /// <summary>It waits for the client to read its replies.</summary>
    Sending,

    /// <summary>The session is over; its last reply or the closing alert is on its way.</summary>
    Farewell,
}
