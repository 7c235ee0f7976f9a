namespace SmartSink.Settings;

/// <summary>How a listener's dialogs come to TLS.</summary>
internal enum TlsMode : byte
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>When the client asks for it (RFC 3207).</summary>
    StartTls,

    /// <summary>Before the greeting (RFC 8314 section 3.3).</summary>
    Implicit,
}
