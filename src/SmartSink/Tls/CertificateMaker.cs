using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Tls;

/// <summary>Makes certificates, each for a new P-256 key.</summary>
internal static class CertificateMaker
{
    /// <summary>id-kp-serverAuth (RFC 5280 section 4.2.1.12).</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private const int Years = 10;
    private const int LongestCommonName = 64;

    /// <summary>The certificate of a server that was given none: it and its key as PEM in one text.</summary>
    /// <param name="hostname">The server's name; an address literal becomes an address. <c>localhost</c> is a name of it, too.</param>
    /// <param name="now">When its validity begins, less a day for clocks that differ.</param>
    public static string MakeSelfSigned(string hostname, DateTimeOffset now) => MakeServer([hostname, "localhost"], now.AddDays(-1), now.AddYears(Years));

    /// <summary>A server's certificate, its issuer's, if it has one, and its key, as PEM in one text.</summary>
    /// <param name="names">Its names, the first of them also its subject's; an address literal becomes an address.</param>
    /// <param name="from">When its validity begins.</param>
    /// <param name="until">When its validity ends.</param>
    /// <param name="issuer">Who signs it, with the key; null for itself.</param>
    public static string MakeServer(IReadOnlyList<string> names, DateTimeOffset from, DateTimeOffset until, X509Certificate2? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(names[0], key, isAuthority: false);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(Alternatives(names));
        using var certificate = issuer is null ? request.CreateSelfSigned(from, until) : request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(16));
        return Pem(certificate) + (issuer is null ? string.Empty : Pem(issuer)) + Pem(key);
    }

    /// <summary>A certification authority's certificate and its key, as PEM in one text.</summary>
    /// <param name="name">Its subject.</param>
    /// <param name="now">Its validity begins so long before that it can sign what has expired already.</param>
    public static string MakeAuthority(string name, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(name, key, isAuthority: true).CreateSelfSigned(now.AddYears(-Years), now.AddYears(Years));
        return Pem(certificate) + Pem(key);
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name.Length <= LongestCommonName ? name : name[..LongestCommonName]);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            isAuthority ? X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign : X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static X509Extension Alternatives(IReadOnlyList<string> names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var literal = name.Trim('[', ']');
            if (IPAddress.TryParse(literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? literal[5..] : literal, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name.StartsWith("*.", StringComparison.Ordinal) ? "*." + ToAscii(name[2..]) : ToAscii(name));
            }
        }

        return alternatives.Build();

        static string ToAscii(string name) => !Ascii.IsValid(name) && DomainName.TryNormalize(name, out string ascii) ? ascii : name;
    }

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static string Pem(ECDsa key) => key.ExportPkcs8PrivateKeyPem() + "\n";
}
