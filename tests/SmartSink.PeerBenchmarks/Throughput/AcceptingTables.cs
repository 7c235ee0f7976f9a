using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>Sinks that accept everything, loaded by smtp-source: what they cost, and what that makes of the marks.</summary>
internal sealed class AcceptingTables(Report report)
{
    /// <summary>The columns of the report's first table.</summary>
    public static readonly string[] Columns =
        ["case", "sink", "CPU µs/message", "messages/s", "peak RSS MB", "SmartSink ÷ it: CPU", "lowest", "highest"];

    private readonly MarkTable _marks = new(report, "marks");

    /// <summary>Measures one case and adds its rows.</summary>
    /// <param name="server">The build that the ratios are of.</param>
    /// <param name="builds">Other builds beside it.</param>
    /// <param name="load">The case.</param>
    /// <param name="rounds">How often each sink is loaded.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task MeasureAsync(
        ServerCommand server, IEnumerable<(string Name, ServerCommand Server)> builds, ThroughputCase load, int rounds, CancellationToken cancellation)
    {
        await using var set = await SinkSet.StartAsync(server);
        await set.AddBuildsAsync(builds.Append((SinkNames.SmtpServer, server.With("SINK_ENGINE", "smtpserver"))));
        var runs = await Alternation.MeasureAsync(set.Sinks, rounds, sink => ThroughputRun.MeasureAsync(sink, load), cancellation);
        foreach (var sink in set.Sinks)
        {
            var ratio = Ratio.Of(runs[set.Sinks[0]].Select(run => run.ProcessorPerMessage), runs[sink].Select(run => run.ProcessorPerMessage));
            report.Add(
                load.Name,
                sink.Name,
                Median.Of(runs[sink].Select(run => run.ProcessorPerMessage)),
                Median.Of(runs[sink].Select(run => run.MessagesPerSecond)),
                ProcessReading.Of(sink.ProcessId).PeakResident / 1e6,
                ratio.Median,
                ratio.Lowest,
                ratio.Highest);
            _marks.Add(load, sink.Name, ratio);
        }
    }
}
