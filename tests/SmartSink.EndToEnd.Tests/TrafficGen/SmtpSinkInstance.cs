using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.TrafficGen;

/// <summary>Postfix's smtp-sink, which keeps what it takes, so that a test can read it.</summary>
internal sealed partial class SmtpSinkInstance : IAsyncDisposable
{
    private const string Dump = "mail";

    private readonly TemporaryFolder _folder;
    private readonly Process _process;

    private SmtpSinkInstance(TemporaryFolder folder, IEnumerable<string> arguments)
    {
        _folder = folder;
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
        _process = Process.Start(new ProcessStartInfo(Tool.Find("smtp-sink")!, [.. user, "-D", Dump, .. arguments, $"127.0.0.1:{Port}", "128"])
        {
            WorkingDirectory = _folder.Path,
        })!;
    }

    public int Port { get; } = LoopbackPort.Free();

    /// <summary>Starts one and waits until it listens.</summary>
    public static async Task<SmtpSinkInstance> StartAsync(params IEnumerable<string> arguments)
    {
        var folder = new TemporaryFolder();

        // It is no longer root when it writes.
        (await Tool.RunAsync("chmod", ["777", folder.Path])).ExitCode.ShouldBe(0);
        var sink = new SmtpSinkInstance(folder, arguments);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await AnswersAsync(sink.Port, limit.Token))
        {
            await Task.Delay(20, limit.Token);
        }

        return sink;
    }

    /// <summary>The numbers of a run's messages that it has taken, in order; a number twice when its message came twice.</summary>
    public async Task<IReadOnlyList<int>> NumbersAsync(string run)
    {
        await StopAsync();
        var mail = await File.ReadAllTextAsync(_folder.Combine(Dump), Encoding.Latin1);
        return [.. RunField().Matches(mail).Where(match => match.Groups[1].Value == run).Select(match => int.Parse(match.Groups[2].Value)).Order()];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    [GeneratedRegex(@"^X-SmartSink-Run: ([^/]*)/(\d+)\r?$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex RunField();

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellation)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }
}
