using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Settings;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.Tests.Connections;
using SmartSink.Tls;

namespace SmartSink.Tests.Tls;

public class OpenSslBuffersTests
{
    [Fact]
    public async Task This_runtime_lets_its_buffers_be_released()
    {
        using var state = new TemporaryFolder();
        var settings = new SinkSettings { StateFolder = state.Path, Hostname = "mx.sink.test" };
        var certificate = new CertificateStore(settings, new ManualTimeProvider(), NullLogger<CertificateStore>.Instance).Load().Default;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var connecting = new TcpClient();
        await connecting.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Patience.Token());
        using var accepted = await listener.AcceptTcpClientAsync(Patience.Token());
        await using var server = new SslStream(accepted.GetStream());
        await using var client = new SslStream(connecting.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await Task.WhenAll(
            server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate }, Patience.Token()),
            client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, Patience.Token()));

        OpenSslBuffers.TryReleaseWhenIdle(server).ShouldBe(OperatingSystem.IsLinux());

        await client.WriteAsync("QUIT"u8.ToArray(), Patience.Token());
        var received = new byte[4];
        await server.ReadExactlyAsync(received, Patience.Token());
        received.ShouldBe("QUIT"u8.ToArray());
    }

    [Fact]
    public void A_stream_without_a_handshake_is_left_alone()
    {
        using var stream = new SslStream(new MemoryStream());
        OpenSslBuffers.TryReleaseWhenIdle(stream).ShouldBeFalse();
    }
}
