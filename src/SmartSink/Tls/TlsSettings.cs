using System.Net.Security;
using System.Security.Authentication;

namespace SmartSink.Tls;

/// <summary>How TLS is spoken with every client.</summary>
/// <param name="certificate">The server's certificate with its chain.</param>
/// <param name="versions">The versions offered.</param>
/// <param name="handshakeTimeout">The longest a handshake may take; zero for no limit.</param>
internal sealed class TlsSettings(SslStreamCertificateContext certificate, SslProtocols versions, TimeSpan handshakeTimeout)
{
    /// <summary>The longest a handshake may take; zero for no limit.</summary>
    public TimeSpan HandshakeTimeout => handshakeTimeout;

    /// <summary>What the handshake is done with.</summary>
    public SslServerAuthenticationOptions Options { get; } = new()
    {
        ServerCertificateContext = certificate,
        EnabledSslProtocols = versions,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };
}
