namespace SmartSink.TrafficGen.Options.Values;

/// <summary>A version of the PROXY protocol: <c>v1</c>, <c>v2</c>.</summary>
internal static class ProxyProtocolText
{
    /// <summary>What an error says was expected.</summary>
    public const string Expected = "v1 or v2";

    /// <summary>Reads it.</summary>
    public static bool TryParse(string text, out ProxyProtocol value)
    {
        value = text switch
        {
            "v1" => ProxyProtocol.V1,
            "v2" => ProxyProtocol.V2,
            _ => ProxyProtocol.None,
        };
        return value != ProxyProtocol.None;
    }
}
