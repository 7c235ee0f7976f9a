using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Testing;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary>One certificate for both servers, so that neither has the cheaper key: ECDSA with P-256, self-signed.</summary>
/// <param name="Certificate">The certificate's PEM file.</param>
/// <param name="Key">The key's.</param>
internal sealed record TlsFiles(string Certificate, string Key)
{
    /// <summary>Makes it.</summary>
    public static TlsFiles Make(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sink.test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new TlsFiles(folder.Write("certificate.pem", certificate.ExportCertificatePem()), folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem()));
    }
}
