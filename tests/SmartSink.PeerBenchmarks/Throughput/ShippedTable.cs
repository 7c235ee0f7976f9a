using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>
/// SmartSink with the shipped policy at its own rates, beside peers that accept everything, all loaded by traffic-gen. What SmartSink
/// refuses ends earlier, and a reply that closes makes the generator wait and connect again: it is what a message of that traffic costs.
/// </summary>
internal sealed class ShippedTable(Report report)
{
    private readonly ReportTable _table = report.AddTable(
        "shipped policy",
        "case, shipped policy",
        "sink",
        "CPU µs/message",
        "messages/s",
        "accepted %",
        "4xx %",
        "5xx %",
        "given up %",
        "SmartSink ÷ it: CPU",
        "lowest",
        "highest");

    /// <summary>Measures one case and adds its rows.</summary>
    public async Task MeasureAsync(ServerCommand server, TrafficGenerator generator, ThroughputCase load, int rounds, CancellationToken cancellation)
    {
        await using var set = await SinkSet.StartAsync(server, ShippedPolicy.File);
        string[] domains = [.. ShippedPolicy.Domains().SelectMany(domain => new[] { "--domain", domain })];
        var runs = await Alternation.MeasureAsync(
            set.Sinks, rounds, sink => LoadedRun.MeasureAsync(sink.ProcessId, sink.Port, generator, load.To(sink), domains), cancellation);
        foreach (var sink in set.Sinks)
        {
            var own = runs[sink];
            var ratio = Ratio.Of(runs[set.Sinks[0]].Select(run => run.ProcessorPerMessage), own.Select(run => run.ProcessorPerMessage));
            _table.Add(
                load.Name,
                sink.Name,
                Median.Of(own.Select(run => run.ProcessorPerMessage)),
                Median.Of(own.Select(run => run.MessagesPerSecond)),
                Percent(own, report => report.Accepted),
                Percent(own, report => report.TempFailed),
                Percent(own, report => report.PermFailed),
                Percent(own, report => report.GivenUp),
                ratio.Median,
                ratio.Lowest,
                ratio.Highest);
        }
    }

    private static double Percent(List<LoadedRun> runs, Func<GeneratorReport, long> count) =>
        100d * runs.Sum(run => count(run.Report)) / runs.Sum(run => run.Report.Total);
}
