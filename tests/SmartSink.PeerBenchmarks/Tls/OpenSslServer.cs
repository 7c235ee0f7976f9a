using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary><c>openssl s_server</c>, which decrypts and throws away: TLS without SMTP. One client at a time.</summary>
internal sealed class OpenSslServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly int _port;

    private OpenSslServer(Process process, int port)
    {
        _process = process;
        _port = port;
    }

    /// <summary>The process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts it and waits until it takes a client.</summary>
    /// <exception cref="InvalidOperationException">There is no openssl, or it does not answer.</exception>
    public static async Task<OpenSslServer> StartAsync(TlsFiles files)
    {
        var port = LoopbackPort.Free();
        var openssl = Tool.Find("openssl") ?? throw new InvalidOperationException("openssl is not installed");
        // The standard input stays open and silent: at its end s_server would go round without a pause.
        var start = new ProcessStartInfo(
            "sh", ["-c", "exec \"$0\" \"$@\" > /dev/null", openssl, "s_server", "-quiet", "-accept", $"127.0.0.1:{port}", "-cert", files.Certificate, "-key", files.Key])
        {
            RedirectStandardInput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("openssl did not start");
        var server = new OpenSslServer(process, port);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!limit.IsCancellationRequested && !process.HasExited)
        {
            try
            {
                server.Push([], 1);
                return server;
            }
            catch (SocketException)
            {
                await Task.Delay(10);
            }
        }

        await server.DisposeAsync();
        throw new InvalidOperationException("openssl s_server does not answer");
    }

    /// <summary>Pushes octets many times over one connection, without waiting for anything but its end.</summary>
    /// <returns>The version of TLS and the cipher.</returns>
    public string Push(ReadOnlySpan<byte> bytes, int times)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, _port);
        using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        tls.AuthenticateAsClient("sink.test");
        for (var time = 0; time < times; time++)
        {
            tls.Write(bytes);
        }

        // It closes once it has read everything.
        tls.ShutdownAsync().Wait();
        tls.ReadByte();
        return $"{tls.SslProtocol} {tls.NegotiatedCipherSuite}";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
