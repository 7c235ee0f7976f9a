using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Tls;

namespace SmartSink.Tests.Tls;

public sealed class CertificateStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_self_signed_certificate_is_made_once_and_kept()
    {
        var made = Load().Target;
        made.MatchesHostname("mx.sink.test").ShouldBeTrue();
        made.MatchesHostname("localhost").ShouldBeTrue();
        made.GetECDsaPublicKey()!.KeySize.ShouldBe(256);
        made.NotAfter.ToUniversalTime().ShouldBe(Now.AddYears(10).UtcDateTime);
        Load().Target.Thumbprint.ShouldBe(made.Thumbprint);
        Directory.GetFiles(_folder.Path).ShouldBe([Kept]);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Only_the_owner_can_read_the_kept_key()
    {
        Load();
        File.GetUnixFileMode(Kept).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Without_a_state_folder_keys_stay_in_memory()
    {
        var log = new CollectingLogger<CertificateStore>();
        TlsFaultRates.TryParse("expired=1", out var faults).ShouldBeTrue();
        var store = new CertificateStore(Settings with { StateFolder = null, TlsFaults = faults, StartTls = true }, new ManualTimeProvider(Now), log);
        var certificates = store.Load();
        certificates.Default.Target.HasPrivateKey.ShouldBeTrue();
        certificates.Faulty.ShouldNotBeNull();
        store.Load().Default.ShouldBeSameAs(certificates.Default);
        log.Lines.Where(line => line.StartsWith("Warning", StringComparison.Ordinal)).ShouldBe(
        [
            "Warning self-signed.pem is kept in memory only, so a restart will create another one: no folder for it is known; set SINK_STATE",
            "Warning fault-ca.pem is kept in memory only, so a restart will create another one: no folder for it is known; set SINK_STATE",
        ]);
        File.Exists(CertificateStore.FileName).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_kept_file_that_is_of_no_use_is_replaced(string text)
    {
        File.WriteAllText(Kept, text);
        var made = Load().Target;
        Load().Target.Thumbprint.ShouldBe(made.Thumbprint);
    }

    [Fact]
    public void An_expired_self_signed_certificate_is_replaced()
    {
        var first = Load().Target.Thumbprint;
        Load(clock: new ManualTimeProvider(Now.AddYears(11))).Target.Thumbprint.ShouldNotBe(first);
    }

    [Fact]
    public void A_state_folder_that_cannot_be_written_gives_a_certificate_all_the_same()
    {
        var file = _folder.Write("a-file", "not a folder");
        var settings = Settings with { StateFolder = Path.Combine(file, "state") };
        Load(settings).Target.MatchesHostname("mx.sink.test").ShouldBeTrue();
    }

    [Theory]
    [InlineData("[192.0.2.7]", "192.0.2.7")]
    [InlineData("[IPv6:2001:db8::7]", "2001:db8::7")]
    [InlineData("mx.bücher.example", "mx.xn--bcher-kva.example")]
    public void A_name_of_any_kind_stands_in_the_certificate(string hostname, string matches) =>
        Load(Settings with { Hostname = hostname }).Target.MatchesHostname(matches).ShouldBeTrue();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_given_pair_is_used(bool inOneFile)
    {
        var (certificate, key) = MakePair();
        var settings = inOneFile
            ? Settings with { TlsCertificateFile = _folder.Write("both.pem", certificate + key) }
            : Settings with { TlsCertificateFile = _folder.Write("cert.pem", certificate), TlsKeyFile = _folder.Write("key.pem", key) };
        using var expected = X509Certificate2.CreateFromPem(certificate);
        var loaded = Load(settings).Target;
        loaded.Thumbprint.ShouldBe(expected.Thumbprint);
        loaded.HasPrivateKey.ShouldBeTrue();
        File.Exists(Kept).ShouldBeFalse();
    }

    [Fact]
    public void Each_mistake_in_given_files_is_one_line_that_names_setting_and_file()
    {
        var (certificate, key) = MakePair();
        var (_, otherKey) = MakePair();
        var certificateFile = _folder.Write("cert.pem", certificate);
        var keyFile = _folder.Write("key.pem", key);

        ErrorOf(_folder.Combine("none.pem"), keyFile).ShouldBe($"SINK_TLS_CERT: {_folder.Combine("none.pem")}: there is no such file");
        ErrorOf(certificateFile, _folder.Combine("none.pem")).ShouldBe($"SINK_TLS_KEY: {_folder.Combine("none.pem")}: there is no such file");
        ErrorOf(certificateFile, null).ShouldBe($"SINK_TLS_CERT: {certificateFile}: contains no private key, and SINK_TLS_KEY is not given");
        ErrorOf(certificateFile, certificateFile).ShouldBe($"SINK_TLS_KEY: {certificateFile}: contains no private key");
        ErrorOf(keyFile, keyFile).ShouldBe($"SINK_TLS_CERT: {keyFile}: contains no PEM certificate");
        ErrorOf(_folder.Path, keyFile).ShouldBe($"SINK_TLS_CERT: {_folder.Path}: it is a folder");

        var other = _folder.Write("other.pem", otherKey);
        ErrorOf(certificateFile, other).ShouldBe($"SINK_TLS_KEY: {other}: the private key does not match the certificate");
        var broken = _folder.Write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        ErrorOf(broken, keyFile).ShouldStartWith($"SINK_TLS_CERT: {broken}: not a PEM certificate: ");
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pbe = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        var encrypted = _folder.Write("encrypted.pem", ecdsa.ExportEncryptedPkcs8PrivateKeyPem("secret", pbe));
        ErrorOf(certificateFile, encrypted).ShouldBe($"SINK_TLS_KEY: {encrypted}: the private key is encrypted, which is not supported");
    }

    private string Kept => _folder.Combine(CertificateStore.FileName);

    private SinkSettings Settings => new() { Hostname = "mx.sink.test", StateFolder = _folder.Path };

    private static (string Certificate, string Key) MakePair()
    {
        var pem = CertificateMaker.MakeSelfSigned("given.sink.test", Now);
        var split = pem.IndexOf("-----BEGIN PRIVATE KEY", StringComparison.Ordinal);
        return (pem[..split], pem[split..]);
    }

    private static CertificateStore Store(SinkSettings settings, TimeProvider? clock = null) =>
        new(settings, clock ?? new ManualTimeProvider(Now), NullLogger<CertificateStore>.Instance);

    private ServerCertificate Load(SinkSettings? settings = null, TimeProvider? clock = null) =>
        Store(settings ?? Settings, clock).Load().Default;

    private string ErrorOf(string certificateFile, string? keyFile)
    {
        var error = Should.Throw<CertificateException>(() => Load(Settings with { TlsCertificateFile = certificateFile, TlsKeyFile = keyFile }));
        error.Message.ShouldNotContain('\n');
        return error.Message;
    }
}
