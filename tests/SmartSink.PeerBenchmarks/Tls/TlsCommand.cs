using System.CommandLine;
using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary><c>tls</c>: processor time of what comes over STARTTLS beside a bare receiver and beside the same in the clear, and of a handshake.</summary>
internal static class TlsCommand
{
    private const int Sessions = 20;

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each, in turns, after one that is not counted", DefaultValueFactory = _ => 7 };

    private static readonly Option<int> Messages = new("--messages")
    {
        Description = "How many times 100 kB a run sends, on one connection and on several at once",
        DefaultValueFactory = _ => 6000,
    };

    private static readonly Option<int> Connections = new("--connections") { Description = "Connections in a run of handshakes, one after another", DefaultValueFactory = _ => 600 };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = BenchmarkCommand.Create(
            "tls",
            "Processor time of 100 kB over STARTTLS beside openssl s_server and beside the same in the clear, and of connections with full and resumed handshakes",
            RunAsync,
            Rounds,
            Messages,
            Connections);
        TrafficGenerator.AddTo(command);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var report = new Report("tls", "receiver", "sent as", "TLS and cipher", "CPU µs/100 kB", "MB/s", "÷ openssl s_server: CPU", "lowest", "highest");
        using var folder = new TemporaryFolder();
        var files = TlsFiles.Make(folder);
        await using var sink = new SmartSinkServer(await ServerCommand.Read(line).StartAsync(
            ServerCommand.AcceptAllPolicy, ("SINK_TLS_CERT", files.Certificate), ("SINK_TLS_KEY", files.Key)));
        await using var bare = await OpenSslServer.StartAsync(files);
        var rounds = line.GetRequiredValue(Rounds);
        var messages = line.GetRequiredValue(Messages);
        await new BulkRuns(sink, bare, messages).MeasureAsync(report, rounds, cancellation);
        var sessions = report.AddTable("sessions", SessionRuns.Columns);
        await new SessionRuns(sink, TrafficGenerator.Read(line), new GeneratorLoad(100_000, Sessions, messages)).MeasureAsync(sessions, rounds, cancellation);
        var handshakes = report.AddTable("handshakes", "handshake", "TLS and cipher", "octets from the sink", "CPU µs/connection", "above none", "connections/s");
        new HandshakeRuns(sink, line.GetRequiredValue(Connections)).Measure(handshakes, rounds, cancellation);
        await report.WriteAsync(line);
    }
}
