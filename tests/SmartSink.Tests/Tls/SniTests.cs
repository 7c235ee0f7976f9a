using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SmartSink.Settings;
using SmartSink.Smtp.Server;
using SmartSink.Testing;
using SmartSink.Tests.Connections;
using SmartSink.Tls;

namespace SmartSink.Tests.Tls;

public abstract class SniTests
{
    protected SniTests(string transport) => RunningServer.Over = transport;

    [Theory]
    [InlineData("mx.a.example", "CN=mx.a.example")]
    [InlineData("MX.b.example", "CN=*.b.example")]
    [InlineData("mx.c.example", "CN=mx.sink.test")]
    [InlineData("", "CN=mx.sink.test")]
    public async Task The_name_that_a_client_asks_for_chooses_the_certificate(string serverName, string subject)
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.pem", CertificateMaker.MakeServer(["mx.a.example"], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)));
        folder.Write("b.pem", CertificateMaker.MakeServer(["*.b.example"], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)));
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit, TlsCertificateFolder = folder.Path });
        await using var client = await server.ConnectAsync();

        await client.StartTlsAsync(configure: options => options.TargetHost = serverName);

        client.Tls.RemoteCertificate!.Subject.ShouldBe(subject);
        (await client.ReplyAsync()).ShouldStartWith("220");
    }

    [Theory]
    [InlineData(ClientCertificateMode.Off, true, null)]
    [InlineData(ClientCertificateMode.Ask, true, "CN=client.example")]
    [InlineData(ClientCertificateMode.Ask, false, "none")]
    [InlineData(ClientCertificateMode.Require, true, "CN=client.example")]
    internal async Task A_client_is_asked_for_its_certificate_and_any_will_do(ClientCertificateMode mode, bool has, string? noted)
    {
        foreach (var version in new[] { SslProtocols.Tls12, SslProtocols.Tls13 })
        {
            await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit, TlsClientCertificate = mode });
            await using var client = await server.ConnectAsync();
            using var own = ClientCertificate();
            await client.StartTlsAsync(version, options => options.ClientCertificates = has ? [own] : null);
            (await client.ReplyAsync()).ShouldStartWith("220");
            (await client.AskAsync("QUIT")).ShouldStartWith("221");
            (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.Quit);
            server.Connections.ClientCertificates.Select(subject => subject ?? "none").ShouldBe(noted is null ? [] : [noted]);
        }
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Where_a_certificate_is_required_a_handshake_without_one_fails(SslProtocols version)
    {
        await using var server = RunningServer.Start(settings => settings with { Tls = TlsMode.Implicit, TlsClientCertificate = ClientCertificateMode.Require });
        await using var client = await server.ConnectAsync();

        // In TLS 1.3 the client is told only after its side of the handshake is done.
        await Should.ThrowAsync<Exception>(async () =>
        {
            await client.StartTlsAsync(version);
            await client.ReplyAsync();
        });
        (await server.Connections.NextEndAsync()).ShouldBe(SessionEndReason.TlsFailed);
        server.Connections.Handshakes.ShouldBe([(SslProtocols.None, false)]);
        server.Connections.ClientCertificates.ShouldBeEmpty();
    }

    private static X509Certificate2 ClientCertificate()
    {
        var pem = CertificateMaker.MakeServer(["client.example"], DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509Certificate2.CreateFromPem(pem, pem);
    }
}

public sealed class SniTestsOverEpoll() : SniTests("epoll");

public sealed class SniTestsOverSockets() : SniTests("sockets");
