namespace SmartSink.Settings;

/// <summary>Whether clients are asked for a certificate in the handshake. Any will do: nobody's signature on it is checked.</summary>
internal enum ClientCertificateMode : byte
{
    /// <summary>They are not.</summary>
    Off,

    /// <summary>They are, and may have none.</summary>
    Ask,

    /// <summary>They are, and the handshake fails without one.</summary>
    Require,
}
