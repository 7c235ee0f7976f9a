using System.Net.Security;
using System.Security.Authentication;
using SmartSink.Hosting;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Testing;
using SmartSink.Tests.Connections;
using SmartSink.Tls;

namespace SmartSink.Tests.Hosting;

public sealed class CertificateTests : IDisposable
{
    private const string Name = "mx.a.example";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_running_sink_shows_a_changed_certificate_and_counts_what_became_of_each_change()
    {
        var first = Write();
        await using var sink = await StartAsync();
        (await ShownAsync(sink)).ShouldBe(first);

        var second = Write();
        await Patience.UntilAsync(async () => await ShownAsync(sink) == second);

        _folder.Write("a.pem", "garbage");
        await Patience.UntilAsync(async () => (await sink.ScrapeAsync()).Sum("smartsink_tls_certificate_reloads_total", ("result", "rejected")) == 1);
        (await ShownAsync(sink)).ShouldBe(second);
        (await sink.ScrapeAsync()).Sum("smartsink_tls_certificate_reloads_total", ("result", "applied")).ShouldBe(1);
    }

    [Fact]
    public async Task What_clients_show_and_what_they_meet_is_counted_by_listener()
    {
        Write();
        TlsFaultRates.TryParse("self-signed=100,reset@bad.example=100", out var faults).ShouldBeTrue();
        await using var sink = await StartAsync(settings => settings with { TlsFaults = faults, TlsClientCertificate = ClientCertificateMode.Ask });

        (await ShownAsync(sink)).ShouldNotBeNull();
        await Should.ThrowAsync<IOException>(() => ShownAsync(sink, "bad.example"));

        await Patience.UntilAsync(async () => (await sink.ScrapeAsync()).Sum("smartsink_tls_handshakes_total", ("result", "failed")) == 1);
        var metrics = await sink.ScrapeAsync();
        metrics.Sum("smartsink_tls_faults_total", ("listener", "smtp"), ("fault", "self-signed")).ShouldBe(1);
        metrics.Sum("smartsink_tls_faults_total", ("listener", "smtp"), ("fault", "reset")).ShouldBe(1);
        metrics.Sum("smartsink_tls_faults_total").ShouldBe(2);
        metrics.Sum("smartsink_tls_client_certificates_total", ("listener", "smtp"), ("subject", "none")).ShouldBe(1);
    }

    [Fact]
    public async Task No_certificate_is_made_when_tls_is_off()
    {
        await using var sink = await RunningSink.StartAsync(configure: settings => settings with { StateFolder = _folder.Path });
        Directory.GetFiles(_folder.Path, "*.pem").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_folder_without_certificates_stops_the_start()
    {
        var exception = await Should.ThrowAsync<StartException>(() => StartAsync());
        exception.ExitCode.ShouldBe(2);
        exception.Lines.ShouldBe([$"SINK_TLS_CERTS: {_folder.Path}: no file *.pem in it"]);
    }

    private static async Task<string> ShownAsync(RunningSink sink, string name = Name)
    {
        await using var client = await SmtpTestClient.ConnectAsync(sink.App.SmtpEndPoint);
        await client.StartTlsAsync(SslProtocols.None, (SslClientAuthenticationOptions options) => options.TargetHost = name);
        (await client.ReplyAsync()).ShouldStartWith("220 ");
        return client.Tls.RemoteCertificate!.GetCertHashString();
    }

    private Task<RunningSink> StartAsync(Func<SinkSettings, SinkSettings>? configure = null) => RunningSink.StartAsync(configure: settings =>
    {
        settings = settings with { Tls = TlsMode.Implicit, TlsCertificateFolder = _folder.Path };
        return configure?.Invoke(settings) ?? settings;
    });

    // Renamed into place: half a file is a mistake that would be counted.
    private string Write()
    {
        var pem = CertificateMaker.MakeServer([Name], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.Move(_folder.Write("a.new", pem), _folder.Combine("a.pem"), overwrite: true);
        return PemCertificate.Parse("a.pem", pem).Target.GetCertHashString();
    }
}
