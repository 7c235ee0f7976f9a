using SmartSink.Settings;

namespace SmartSink.Connections;

/// <summary>Which header of the PROXY protocol a listener's connections begin with.</summary>
/// <param name="Mode">The versions allowed.</param>
/// <param name="Networks">The proxies that are believed.</param>
/// <param name="Timeout">How long a connection may take for its header.</param>
internal sealed record ProxySettings(ProxyMode Mode, NetworkList Networks, TimeSpan Timeout)
{
    /// <summary>Those of a listener; null when its connections begin without a header.</summary>
    public static ProxySettings? Of(ListenerSettings listener) =>
        listener.Proxy == ProxyMode.Off ? null : new ProxySettings(listener.Proxy, listener.ProxyNetworks, listener.ProxyTimeout);
}
