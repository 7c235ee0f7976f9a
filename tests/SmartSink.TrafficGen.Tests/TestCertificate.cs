using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartSink.TrafficGen.Tests;

/// <summary>A certificate that nobody has signed, for all tests.</summary>
internal static class TestCertificate
{
    public static X509Certificate2 Instance { get; } = Make();

    private static X509Certificate2 Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=fake.example", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
