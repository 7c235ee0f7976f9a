using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Configuration;
using SmartSink.Reloading;
using SmartSink.Testing;
using SmartSink.Tls;

namespace SmartSink.Tests.Tls;

public sealed class CertificateReloaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CollectingLogger<CertificateReloader> _log = new();
    private readonly CertificateHolder _holder;
    private readonly CertificateReloader _reloader;

    public CertificateReloaderTests()
    {
        _folder.Write("certs/a.pem", Pem("mx.a.example"));
        var settings = new SinkSettings
        {
            Hostname = "mx.sink.test",
            StateFolder = _folder.Combine("state"),
            TlsCertificateFile = _folder.Write("default.pem", Pem("default.example")),
            TlsCertificateFolder = _folder.Combine("certs"),
        };
        var store = new CertificateStore(settings, TimeProvider.System, NullLogger<CertificateStore>.Instance);
        _holder = new CertificateHolder(store.Load()!);
        _reloader = new CertificateReloader(store, _holder, TimeProvider.System, _log);
        LookUntilSame();
    }

    public void Dispose()
    {
        _reloader.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Files_that_stay_as_they_are_are_no_reload()
    {
        _holder.Applied.ShouldBe(0);
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void A_new_certificate_takes_the_place_of_the_old_one()
    {
        var before = _holder.Current.For("mx.a.example").TargetCertificate.Thumbprint;

        _folder.Write("certs/a.pem", Pem("mx.a.example"));
        LookUntilSame();

        _holder.Current.For("mx.a.example").TargetCertificate.Thumbprint.ShouldNotBe(before);
        (_holder.Applied, _holder.Rejected).ShouldBe((1, 0));
        _log.Lines.ShouldBe(["Information Changed TLS certificates are in force, 1 names have one of their own"]);
    }

    [Fact]
    public void A_file_more_and_another_default_are_seen()
    {
        _folder.Write("certs/b.pem", Pem("*.b.example"));
        _folder.Write("default.pem", Pem("other.example"));
        LookUntilSame();

        _holder.Current.For("mx.b.example").TargetCertificate.Subject.ShouldBe("CN=*.b.example");
        _holder.Current.Default.TargetCertificate.Subject.ShouldBe("CN=other.example");
    }

    [Fact]
    public void A_bad_file_changes_nothing_is_told_once_and_its_mending_brings_all_at_once()
    {
        var broken = _folder.Write("certs/b.pem", "garbage");
        _folder.Write("default.pem", Pem("other.example"));
        LookUntilSame();

        _holder.Current.Default.TargetCertificate.Subject.ShouldBe("CN=default.example");
        (_holder.Applied, _holder.Rejected).ShouldBe((0, 1));
        _log.Lines.ShouldBe([$"Error The changed TLS certificates are not used, those in force stay: SINK_TLS_CERTS: {broken}: no PEM certificate in it"]);

        _folder.Write("certs/b.pem", Pem("mx.b.example"));
        LookUntilSame();

        _holder.Current.Default.TargetCertificate.Subject.ShouldBe("CN=other.example");
        _holder.Current.For("mx.b.example").TargetCertificate.Subject.ShouldBe("CN=mx.b.example");
        (_holder.Applied, _holder.Rejected).ShouldBe((1, 1));
    }

    private static string Pem(string name) => CertificateMaker.MakeServer([name], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

    private void LookUntilSame()
    {
        while (_reloader.Poll() != PollOutcome.Same)
        {
        }
    }
}
