using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using SmartSink.Settings.Values;

namespace SmartSink.Tls;

/// <summary>
/// Tries the versions that OpenSSL refuses by its own configuration on most systems today, so that a listener offers what it says and no
/// client has to find out.
/// </summary>
internal static class TlsVersionProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Speaks each of the old versions with itself, over a connection of the loopback.</summary>
    /// <param name="versions">Those of all listeners.</param>
    /// <param name="certificate">Any.</param>
    /// <exception cref="CertificateException">One of them cannot be spoken here.</exception>
    public static async Task CheckAsync(SslProtocols versions, ServerCertificate certificate)
    {
        foreach (var (text, version) in TlsVersionsText.Of(versions & ~(SslProtocols.Tls12 | SslProtocols.Tls13)))
        {
            try
            {
                await SpeakAsync(version, await certificate.Context);
            }
            catch (Exception error) when (error is AuthenticationException or IOException or SocketException or OperationCanceledException)
            {
                throw new CertificateException(
                    $"SINK_TLS_VERSIONS: OpenSSL does not support TLS {text} here; its configuration (openssl.cnf, OPENSSL_CONF) must allow it with CipherString = DEFAULT:@SECLEVEL=0", error);
            }
        }
    }

    private static async Task SpeakAsync(SslProtocols version, SslStreamCertificateContext certificate)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var connecting = new TcpClient();
        await connecting.ConnectAsync((IPEndPoint)listener.LocalEndpoint, patience.Token);
        using var accepted = await listener.AcceptTcpClientAsync(patience.Token);
        await using var server = new SslStream(accepted.GetStream());
        await using var client = new SslStream(connecting.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        var serving = server.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificateContext = certificate, EnabledSslProtocols = version }, patience.Token);
        try
        {
            await client.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = version }, patience.Token);
            await serving;
        }
        catch
        {
            connecting.Dispose();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }
}
