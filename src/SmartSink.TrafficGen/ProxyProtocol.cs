namespace SmartSink.TrafficGen;

/// <summary>The header that says before all else whose connection it is, as a proxy would (HAProxy's PROXY protocol).</summary>
internal enum ProxyProtocol
{
    /// <summary>None.</summary>
    None,

    /// <summary>Version 1: a line of text.</summary>
    V1,

    /// <summary>Version 2: binary.</summary>
    V2,
}
