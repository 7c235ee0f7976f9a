using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Settings;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Tests.Watching;
using SmartSink.Tls;
using SmartSink.Watching;

namespace SmartSink.Tests.Tls;

public sealed class CertificateReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly CollectingLogger<CertificateStore> _log = new();
    private readonly CollectingLogger<FileWatch> _watchLog = new();
    private readonly Reloader<CertificateSet> _holder;

    public CertificateReloadTests()
    {
        _folder.Write("certs/a.pem", Pem("mx.a.example"));
        var settings = new SinkSettings
        {
            Hostname = "mx.sink.test",
            StateFolder = _folder.Combine("state"),
            TlsCertificateFile = _folder.Write("default.pem", Pem("default.example")),
            TlsCertificateFolder = _folder.Combine("certs"),
        };
        var store = new CertificateStore(settings, _clock, _log);
        _holder = new Reloader<CertificateSet>("certificates", store, store.Read(), _clock, _watchLog);
        _holder.LookUntilSame(_clock);
    }

    private IEnumerable<string> ToldOfChanges => _log.Lines.Where(line => line.Contains("hanged TLS certificates", StringComparison.Ordinal));

    public void Dispose()
    {
        _holder.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Files_that_stay_as_they_are_are_no_reload()
    {
        _holder.Applied.ShouldBe(0);
        ToldOfChanges.ShouldBeEmpty();
    }

    [Fact]
    public void A_new_certificate_takes_the_place_of_the_old_one()
    {
        var before = _holder.Current.For("mx.a.example").Target.Thumbprint;

        _folder.Write("certs/a.pem", Pem("mx.a.example"));
        _holder.LookUntilSame(_clock);

        _holder.Current.For("mx.a.example").Target.Thumbprint.ShouldNotBe(before);
        (_holder.Applied, _holder.Rejected).ShouldBe((1, 0));
        ToldOfChanges.ShouldBe(["Information Changed TLS certificates are in force; names with a certificate of their own: 1"]);
    }

    [Fact]
    public void A_file_more_and_another_default_are_seen()
    {
        _folder.Write("certs/b.pem", Pem("*.b.example"));
        _folder.Write("default.pem", Pem("other.example"));
        _holder.LookUntilSame(_clock);

        _holder.Current.For("mx.b.example").Target.Subject.ShouldBe("CN=*.b.example");
        _holder.Current.Default.Target.Subject.ShouldBe("CN=other.example");
    }

    [Fact]
    public void A_bad_file_changes_nothing_is_told_once_and_its_mending_brings_all_at_once()
    {
        var broken = _folder.Write("certs/b.pem", "garbage");
        _folder.Write("default.pem", Pem("other.example"));
        _holder.LookUntilSame(_clock);

        _holder.Current.Default.Target.Subject.ShouldBe("CN=default.example");
        (_holder.Applied, _holder.Rejected).ShouldBe((0, 1));
        ToldOfChanges.ShouldBe([$"Error The changed TLS certificates were rejected; those in force stay: SINK_TLS_CERTS: {broken}: contains no PEM certificate"]);

        _folder.Write("certs/b.pem", Pem("mx.b.example"));
        _holder.LookUntilSame(_clock);

        _holder.Current.Default.Target.Subject.ShouldBe("CN=other.example");
        _holder.Current.For("mx.b.example").Target.Subject.ShouldBe("CN=mx.b.example");
        (_holder.Applied, _holder.Rejected).ShouldBe((1, 1));
    }

    [Fact]
    public void A_file_that_is_gone_is_believed_after_a_while_and_with_a_warning()
    {
        _folder.Write("certs/b.pem", Pem("mx.b.example"));
        _holder.LookUntilSame(_clock);
        File.Delete(_folder.Combine("certs", "a.pem"));
        for (var passed = TimeSpan.Zero; passed < FileWatch.QuietTime; passed += FileWatch.SettleTime)
        {
            _holder.Look().ShouldBe(WatchOutcome.Unsettled);
            _holder.Current.Names.Count.ShouldBe(2);
            _clock.Advance(FileWatch.SettleTime);
        }

        _holder.LookUntilSame(_clock);
        _holder.Current.Names.ShouldBe(["mx.b.example"]);
        _watchLog.Lines.ShouldBe(["Warning Something that was in force before is missing from the changed certificates: 1 of 2 names with a certificate of their own"]);
    }

    /// <summary>The certificate and its key stay; what clients cannot do without comes along.</summary>
    [Fact]
    public void An_issuer_that_was_left_out_at_first_is_seen()
    {
        using var issuer = Issuer();
        var whole = CertificateMaker.MakeServer(["mx.a.example"], DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), issuer);
        _folder.Write("certs/a.pem", whole.Replace(issuer.ExportCertificatePem(), string.Empty, StringComparison.Ordinal));
        _holder.LookUntilSame(_clock);
        _holder.Current.For("mx.a.example").Issuers.ShouldBeEmpty();

        _folder.Write("certs/a.pem", whole);
        _holder.LookUntilSame(_clock);

        _holder.Current.For("mx.a.example").Issuers.ShouldHaveSingleItem().Thumbprint.ShouldBe(issuer.Thumbprint);
        _holder.Applied.ShouldBe(2);
    }

    /// <summary>An authority that is itself issued by another one.</summary>
    private static X509Certificate2 Issuer()
    {
        var pem = CertificateMaker.MakeAuthority("root", DateTimeOffset.UtcNow);
        using var root = X509Certificate2.CreateFromPem(pem, pem);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=intermediate", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var issued = request.Create(root, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1]);
        return issued.CopyWithPrivateKey(key);
    }

    private static string Pem(string name) => CertificateMaker.MakeServer([name], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
}
