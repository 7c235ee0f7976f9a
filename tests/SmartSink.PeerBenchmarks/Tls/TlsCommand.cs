using System.CommandLine;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary><c>tls</c>: processor time of a message over STARTTLS beside a bare receiver, and of a handshake.</summary>
internal static class TlsCommand
{
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each, in turns, after one that is not counted", DefaultValueFactory = _ => 5 };

    private static readonly Option<int> Messages = new("--messages") { Description = "Messages of 100 kB in a run, on one connection", DefaultValueFactory = _ => 3000 };

    private static readonly Option<int> Connections = new("--connections") { Description = "Connections in a run of handshakes, one after another", DefaultValueFactory = _ => 600 };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create() => BenchmarkCommand.Create(
        "tls", "Processor time of 100 kB over STARTTLS beside openssl s_server, and of connections with full and resumed handshakes", RunAsync, Rounds, Messages, Connections);

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var report = new Report("tls", "receiver", "TLS and cipher", "CPU µs/100 kB", "MB/s", "SmartSink ÷ it: CPU", "lowest", "highest");
        using var folder = new TemporaryFolder();
        var files = TlsFiles.Make(folder);
        await using var sink = new SmartSinkServer(await ServerCommand.Read(line).StartAsync(
            ServerCommand.AcceptAllPolicy, ("SINK_TLS_CERT", files.Certificate), ("SINK_TLS_KEY", files.Key)));
        await using var bare = await OpenSslServer.StartAsync(files);
        var rounds = line.GetRequiredValue(Rounds);
        new BulkRuns(sink, bare, line.GetRequiredValue(Messages)).Measure(report, rounds, cancellation);
        var handshakes = report.AddTable("handshakes", "handshake", "TLS and cipher", "octets from the sink", "CPU µs/connection", "above none", "connections/s");
        new HandshakeRuns(sink, line.GetRequiredValue(Connections)).Measure(handshakes, rounds, cancellation);
        await report.WriteAsync(line);
    }
}
