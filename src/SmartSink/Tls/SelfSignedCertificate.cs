using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SmartSink.Tls;

/// <summary>Makes the certificate of a server that was given none.</summary>
internal static class SelfSignedCertificate
{
    /// <summary>id-kp-serverAuth (RFC 5280 section 4.2.1.12).</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private const int Years = 10;
    private static readonly IdnMapping Idn = new();

    /// <summary>A new P-256 key and a certificate for it, both as PEM in one text.</summary>
    /// <param name="hostname">The server's name, for subject and alternative names; an address literal becomes an address.</param>
    /// <param name="now">When its validity begins, less a day for clocks that differ.</param>
    public static string MakePem(string hostname, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(hostname.Length <= 64 ? hostname : hostname[..64]);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(NamesFor(hostname));
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static X509Extension NamesFor(string hostname)
    {
        var names = new SubjectAlternativeNameBuilder();
        var literal = hostname.Trim('[', ']');
        if (IPAddress.TryParse(literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? literal[5..] : literal, out var address))
        {
            names.AddIpAddress(address);
        }
        else if (hostname != "localhost")
        {
            names.AddDnsName(Idn.GetAscii(hostname));
        }

        names.AddDnsName("localhost");
        return names.Build();
    }
}
