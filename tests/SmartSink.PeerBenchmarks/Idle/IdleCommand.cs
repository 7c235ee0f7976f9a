using System.CommandLine;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Idle;

/// <summary><c>idle</c>: what connections cost that say nothing.</summary>
internal static class IdleCommand
{
    /// <summary>Opened and closed beforehand, so that the code is loaded and the first buffers are there.</summary>
    private const int WarmUp = 200;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(10);

    private static readonly Option<int> Connections = new("--connections")
    {
        Description = "Plaintext connections; each costs a file descriptor here and one in the sink",
        DefaultValueFactory = _ => 8000,
    };

    private static readonly Option<int> TlsConnections = new("--tls-connections")
    {
        Description = "Connections after STARTTLS (SmartSink alone offers it)",
        DefaultValueFactory = _ => 1000,
    };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = new Command("idle", "Memory of an idle connection, and the processor time of many") { Connections, TlsConnections };
        ServerCommand.AddTo(command);
        Report.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var report = new Report("idle", "sink", "state", "connections", "RSS bytes each", "RSS MB before", "RSS MB after", "CPU ms in 10 s");
        await using (var set = await SinkSet.StartAsync(ServerCommand.Read(line)))
        {
            foreach (var sink in set.Sinks)
            {
                await MeasureAsync(report, sink, line.GetRequiredValue(Connections), tls: false, cancellation);
            }
        }

        // A process of its own: what plaintext connections left behind is not TLS's.
        await using var server = new SmartSinkServer(await ServerCommand.Read(line).StartAsync(ServerCommand.AcceptAllPolicy));
        await MeasureAsync(report, server, line.GetRequiredValue(TlsConnections), tls: true, cancellation);
        await report.WriteAsync(line);
    }

    private static async Task MeasureAsync(Report report, ISink sink, int count, bool tls, CancellationToken cancellation)
    {
        await CloseAsync(await IdleConnection.OpenManyAsync(sink.Port, WarmUp, tls));
        var before = ProcessReading.Of(sink.ProcessId);
        var connections = await IdleConnection.OpenManyAsync(sink.Port, count, tls);
        var opened = ProcessReading.Of(sink.ProcessId);
        await Task.Delay(Watched, cancellation);
        var after = ProcessReading.Of(sink.ProcessId);
        report.Add(
            sink.Name,
            tls ? "after STARTTLS" : "after EHLO",
            count,
            (double)(after.Resident - before.Resident) / count,
            before.Resident / 1e6,
            after.Resident / 1e6,
            (after.Processor - opened.Processor).TotalMilliseconds);
        await CloseAsync(connections);
    }

    private static async Task CloseAsync(IReadOnlyList<IdleConnection> connections)
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }
}
