using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Settings;
using SmartSink.Settings.Values;

namespace SmartSink.Tls;

/// <summary>How TLS is spoken with the clients of one listener.</summary>
/// <param name="listener">Versions, times, faults.</param>
/// <param name="certificates">Gives those in force.</param>
internal sealed class TlsSettings(ListenerSettings listener, Func<CertificateSet> certificates)
{
    private readonly TlsFaultSource? _own = listener.TlsFaults.Faults.Any() ? new TlsFaultSource(listener.TlsFaults) : null;
    private volatile TlsFaultSource? _over;

    /// <summary>The longest a handshake may take; zero for no limit.</summary>
    public TimeSpan HandshakeTimeout => listener.TlsHandshakeTimeout;

    /// <summary>Whether clients are asked for a certificate.</summary>
    public bool AsksForCertificate => listener.TlsClientCertificate != ClientCertificateMode.Off;

    private bool RequiresCertificate => listener.TlsClientCertificate == ClientCertificateMode.Require;

    /// <summary>What goes wrong on purpose; null when nothing does.</summary>
    public TlsFaultSource? Faults => _over ?? _own;

    /// <summary>Has something else go wrong with connections to come.</summary>
    /// <param name="rates">What; null for what the settings say.</param>
    public void Override(TlsFaultRates? rates) => _over = rates is null ? null : new TlsFaultSource(rates);

    /// <summary>What a handshake is done with; at hand but for the first handshake with a certificate.</summary>
    /// <param name="serverName">The name that the client asks for; empty when it asks for none.</param>
    /// <param name="fault">What goes wrong in it.</param>
    public async Task<SslServerAuthenticationOptions> OptionsForAsync(string serverName, TlsFault fault)
    {
        var current = certificates();
        var certificate = (TlsFaults.NeedsCertificate(fault) ? current.Faulty.Value.Of(fault) : null) ?? current.For(serverName);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = await certificate.Context,
            EnabledSslProtocols = listener.TlsVersions,
            AllowRenegotiation = false,
        };
        if (AsksForCertificate)
        {
            options.ClientCertificateRequired = true;
            options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null || !RequiresCertificate;

            // Nothing of it is checked, so nothing needs to be read or fetched for it.
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                DisableCertificateDownloads = true,
                RevocationMode = X509RevocationMode.NoCheck,
                TrustMode = X509ChainTrustMode.CustomRootTrust,
            };
        }

        return options;
    }
}

/// <summary>Draws for the connections of one listener; nothing of the policy's draws is touched.</summary>
/// <param name="rates">The listener's faults, one at least.</param>
internal sealed class TlsFaultSource(TlsFaultRates rates)
{
    private readonly Lock _lock = new();
    private readonly Random _random = rates.Seed is { } seed ? new Random(seed) : new Random();

    /// <summary>The next connection's draw.</summary>
    public TlsFaultDraw Next()
    {
        lock (_lock)
        {
            return new TlsFaultDraw(_random.NextDouble(), _random.NextDouble()) { Rates = rates };
        }
    }
}
