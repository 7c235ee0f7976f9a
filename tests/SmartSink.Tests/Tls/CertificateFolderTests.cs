using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Settings;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Tls;

namespace SmartSink.Tests.Tls;

public sealed class CertificateFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private string Certificates => _folder.Combine("certs");

    private SinkSettings Settings => new() { Hostname = "mx.sink.test", StateFolder = _folder.Path, TlsCertificateFolder = Certificates };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_certificate_is_shown_to_those_who_ask_for_one_of_its_names_and_the_default_to_the_others()
    {
        _folder.Write("certs/a.pem", Pem("mx.a.example", "mx2.a.example"));
        _folder.Write("certs/b.pem", Pem("*.b.example"));
        _folder.Write("certs/readme.txt", "not a certificate");

        var certificates = Load(Settings);

        SubjectFor("mx.a.example").ShouldBe("CN=mx.a.example");
        SubjectFor("MX2.A.example").ShouldBe("CN=mx.a.example");
        SubjectFor("mx.b.example").ShouldBe("CN=*.b.example");
        SubjectFor("mx.c.example").ShouldBe("CN=mx.sink.test");
        SubjectFor(string.Empty).ShouldBe("CN=mx.sink.test");
        certificates.Names.Order().ShouldBe(["*.b.example", "mx.a.example", "mx2.a.example"]);

        string SubjectFor(string name) => certificates.For(name).Target.Subject;
    }

    [Fact]
    public void Every_mistake_is_one_line_that_names_the_file()
    {
        Mistake().ShouldBe($"SINK_TLS_CERTS: {Certificates}: no such folder");
        Directory.CreateDirectory(Certificates);
        Mistake().ShouldBe($"SINK_TLS_CERTS: {Certificates}: no file *.pem in it");

        var pem = Pem("mx.a.example");
        var file = _folder.Write("certs/a.pem", pem[..pem.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal)]);
        Mistake().ShouldBe($"SINK_TLS_CERTS: {file}: contains no private key");
        _folder.Write("certs/a.pem", PemWithBrokenNames());
        Mistake().ShouldBe($"SINK_TLS_CERTS: {file}: the certificate has no DNS name among its subject alternative names");
        _folder.Write("certs/a.pem", Pem("192.0.2.1"));
        Mistake().ShouldBe($"SINK_TLS_CERTS: {file}: the certificate has no DNS name among its subject alternative names");
        _folder.Write("certs/a.pem", pem);
        var other = _folder.Write("certs/b.pem", Pem("mx.b.example", "MX.A.example"));
        Mistake().ShouldBe($"SINK_TLS_CERTS: {other}: MX.A.example already has a certificate, that of {file}");
    }

    private static string Pem(params string[] names) => CertificateMaker.MakeServer(names, Now.AddDays(-1), Now.AddDays(1));

    private static string PemWithBrokenNames()
    {
        const string SubjectAlternativeNames = "2.5.29.17";
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mx.a.example", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension(SubjectAlternativeNames, [0x30, 0x7F, 0x82], critical: false));
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    private static CertificateSet Load(SinkSettings settings) =>
        new CertificateStore(settings, new ManualTimeProvider(Now), NullLogger<CertificateStore>.Instance).Load();

    private string Mistake() => Should.Throw<CertificateException>(() => Load(Settings)).Message;
}
