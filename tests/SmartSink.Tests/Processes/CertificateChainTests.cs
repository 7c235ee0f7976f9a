using System.Net;
using System.Runtime.Versioning;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Processes;

/// <summary>
/// For the first chain of a process the runtime reads all certification authorities, of the system and of the user; here one of the
/// user's is a pipe, which has its reader wait.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class CertificateChainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Neither_a_start_nor_a_client_in_the_clear_waits_until_they_are_read(string transport)
    {
        var pipe = _folder.Combine(".dotnet", "corefx", "cryptography", "x509stores", "ca", "authority.pfx");
        Directory.CreateDirectory(Path.GetDirectoryName(pipe)!);
        (await Tool.RunAsync("mkfifo", [pipe])).ExitCode.ShouldBe(0);
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = _folder.Path,
            ["SINK_TRANSPORT"] = transport,
            ["SINK_POLLING_THREADS"] = "1",
        };
        await using var sink = await SinkProcess.StartAsync(string.Empty, environment);
        var server = new IPEndPoint(IPAddress.Loopback, sink.SmtpPort);
        await using var upgrading = await SmtpTestClient.ConnectAsync(server);
        await upgrading.ReplyAsync();
        await upgrading.AskAsync("EHLO client.example");
        (await upgrading.AskAsync("STARTTLS")).ShouldStartWith("220 ");

        var handshake = upgrading.StartTlsAsync();

        // Opening it to write waits for the reader, and that is the handshake.
        await using (await Task.Run(() => new FileStream(pipe, FileMode.Open, FileAccess.Write), Patience.Token()).WaitAsync(Patience.Token()))
        {
            using var other = BlockingClient.Greeted(server);
            other.Deliver();
            handshake.IsCompleted.ShouldBeFalse();
        }

        await handshake;
        (await upgrading.AskAsync("EHLO client.example")).ShouldStartWith("250");
        (await sink.TerminateAsync()).ShouldBe(0);
    }
}
