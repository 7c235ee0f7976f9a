using System.Diagnostics;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>A peer that is told its port on the command line.</summary>
internal sealed class PeerProcess : ISink
{
    private readonly Process _process;

    private PeerProcess(string name, int port, Process process)
    {
        Name = name;
        Port = port;
        _process = process;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Port { get; }

    /// <inheritdoc/>
    public int ProcessId => _process.Id;

    /// <summary>Postfix's sink, with room for as many clients as the benchmark opens.</summary>
    public static Task<ISink> StartSmtpSinkAsync()
    {
        var port = LoopbackPort.Free();
        IReadOnlyList<string> user = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
        return StartAsync(SinkNames.SmtpSink, port, Tool.Find("smtp-sink"), [.. user, "-m", "20000", $"127.0.0.1:{port}", "4096"]);
    }

    /// <summary>The bare C loop.</summary>
    public static Task<ISink> StartFloorAsync(string program)
    {
        var port = LoopbackPort.Free();
        return StartAsync(SinkNames.Floor, port, program, [$"{port}"]);
    }

    /// <summary>The bare C loop, refusing and closing by shares of its recipients.</summary>
    public static Task<ISink> StartRefusingFloorAsync(string program, RefusalShares shares)
    {
        var port = LoopbackPort.Free();
        return StartAsync(SinkNames.RefusingFloor, port, program, [$"{port}", $"{shares.Refused}", $"{shares.Closed}"]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<ISink> StartAsync(string name, int port, string? program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program ?? throw new InvalidOperationException($"{name} is not installed"), arguments);
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        await Banner.AwaitAsync(port, () => process.HasExited);
        return new PeerProcess(name, port, process);
    }
}
