using System.CommandLine;
using SmartSink.PeerBenchmarks.Clients;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Idle;

/// <summary><c>idle</c>: what connections cost that say nothing.</summary>
internal static class IdleCommand
{
    /// <summary>Opened and closed beforehand, so that the code is loaded and the first buffers are there.</summary>
    private const int WarmUp = 200;

    /// <summary>The most octets that a connection of SmartSink's shall cost.</summary>
    private const double PlaintextMark = 2000;

    private const double TlsMark = 40_000;

    /// <summary>The server gives memory back when it has come to rest, and so both readings are of a process at rest.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(10);

    private static readonly Option<int> Connections = new("--connections")
    {
        Description = "Plaintext connections; each costs a file descriptor here and one in the sink",
        DefaultValueFactory = _ => 8000,
    };

    private static readonly Option<int> TlsConnections = new("--tls-connections")
    {
        Description = "Connections after STARTTLS (SmartSink alone offers it)",
        DefaultValueFactory = _ => 8000,
    };

    private static readonly QuickOption Quick = new("waiting");

    /// <summary>Makes the sub-command.</summary>
    public static Command Create() =>
        BenchmarkCommand.Create("idle", "Memory of an idle connection, and the processor time of many", RunAsync, Connections, TlsConnections, Quick);

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var share = Quick.Share(line);
        var report = new Report("idle", "sink", "state", "connections", "anonymous RSS bytes each", "mark", "RSS MB before", "RSS MB after", "CPU ms in 10 s");
        await using (var set = await SinkSet.StartAsync(ServerCommand.Read(line)))
        {
            foreach (var sink in set.Sinks)
            {
                await MeasureAsync(report, sink, line.GetRequiredValue(Connections), tls: false, share, cancellation);
            }
        }

        // A process of its own: what plaintext connections left behind is not TLS's.
        await using var server = new SmartSinkServer(await ServerCommand.Read(line).StartAsync(ServerCommand.AcceptAllPolicy));
        await MeasureAsync(report, server, line.GetRequiredValue(TlsConnections), tls: true, share, cancellation);
        await report.WriteAsync(line);
    }

    private static async Task MeasureAsync(Report report, ISink sink, int count, bool tls, double share, CancellationToken cancellation)
    {
        HeldConnections.Open(sink.Port, WarmUp, tls).Dispose();
        await Task.Delay(Settling * share, cancellation);
        var before = ProcessReading.Of(sink.ProcessId);
        using var held = HeldConnections.Open(sink.Port, count, tls);
        await Task.Delay(Settling * share, cancellation);
        var opened = ProcessReading.Of(sink.ProcessId);
        await Task.Delay(Watched * share, cancellation);
        var after = ProcessReading.Of(sink.ProcessId);
        held.Probe();
        // A connection has no pages of files, and those come and go with what code the process has just run.
        var each = (double)(after.Anonymous - before.Anonymous) / count;
        report.Add(
            sink.Name,
            tls ? "after STARTTLS" : "after EHLO",
            count,
            each,
            sink is SmartSinkServer ? Mark.AtMost(tls ? TlsMark : PlaintextMark, each) : string.Empty,
            before.Resident / 1e6,
            after.Resident / 1e6,
            (after.Processor - opened.Processor).TotalMilliseconds / share);
    }
}
