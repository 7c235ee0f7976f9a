using SmartSink.PeerBenchmarks.Driving;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>
/// SmartSink with the shipped policy at its own rates, beside peers that accept everything, all loaded by the benchmark's driver. What
/// SmartSink refuses ends earlier, and a reply that closes makes the driver connect again: it is what a message of that traffic costs.
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
        "no reply %",
        "SmartSink ÷ it: CPU",
        "lowest",
        "highest");

    /// <summary>Measures one case and adds its rows.</summary>
    public async Task MeasureAsync(ServerCommand server, ThroughputCase load, int rounds, CancellationToken cancellation)
    {
        await using var set = await SinkSet.StartAsync(server, ShippedPolicy.File);
        var traffic = new DriverLoad(load.Sessions, load.Octets, load.Kept, ShippedPolicy.Domains());
        var runs = await Alternation.MeasureAsync(
            set.Sinks, rounds, sink => DriverRun.MeasureAsync(sink, traffic, load.MessagesTo(sink)), cancellation);
        foreach (var sink in set.Sinks)
        {
            var own = runs[sink];
            var ratio = Ratio.Of(runs[set.Sinks[0]].Select(run => run.ProcessorPerMessage), own.Select(run => run.ProcessorPerMessage));
            _table.Add(
                load.Name,
                sink.Name,
                Median.Of(own.Select(run => run.ProcessorPerMessage)),
                Median.Of(own.Select(run => run.MessagesPerSecond)),
                Percent(own, result => result.Accepted),
                Percent(own, result => result.TempFailed),
                Percent(own, result => result.PermFailed),
                Percent(own, result => result.Lost),
                ratio.Median,
                ratio.Lowest,
                ratio.Highest);
        }
    }

    private static double Percent(List<DriverRun> runs, Func<DriverResult, int> count) =>
        100d * runs.Sum(run => count(run.Result)) / runs.Sum(run => run.Result.Messages);
}
