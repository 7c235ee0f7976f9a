using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace SmartSink.Tests.Tls;

/// <summary>A client that looks at the certificate as a strict one would, and then goes on whatever it has found.</summary>
internal sealed class TlsClientTrust
{
    private readonly X509Certificate2Collection _authorities = [];
    private readonly DateTimeOffset _now;

    /// <summary>Makes one.</summary>
    /// <param name="now">The time by which certificates are judged.</param>
    /// <param name="authorityFile">The PEM file of the one authority that is trusted; null for none.</param>
    public TlsClientTrust(DateTimeOffset now, string? authorityFile = null)
    {
        _now = now;
        if (authorityFile is not null)
        {
            _authorities.ImportFromPemFile(authorityFile);
        }
    }

    /// <summary>What was wrong.</summary>
    public SslPolicyErrors Errors { get; private set; }

    /// <summary>What was wrong with the chain.</summary>
    public X509ChainStatusFlags Chain { get; private set; }

    /// <summary>Has a handshake ask for a server and take down what it finds.</summary>
    public Action<SslClientAuthenticationOptions> For(string serverName) => options =>
    {
        options.TargetHost = serverName;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = _now.UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.CustomTrustStore.AddRange(_authorities);
        options.CertificateChainPolicy = policy;
        options.RemoteCertificateValidationCallback = (_, _, chain, errors) =>
        {
            Errors = errors;
            Chain = chain!.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
            return true;
        };
    };
}
