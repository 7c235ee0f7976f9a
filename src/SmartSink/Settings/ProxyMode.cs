namespace SmartSink.Settings;

/// <summary>Whether a header of the PROXY protocol comes before a listener's dialogs, and which.</summary>
internal enum ProxyMode : byte
{
    /// <summary>None.</summary>
    Off,

    /// <summary>Version 1, a line of text.</summary>
    V1,

    /// <summary>Version 2, binary.</summary>
    V2,

    /// <summary>Either version.</summary>
    Any,
}
