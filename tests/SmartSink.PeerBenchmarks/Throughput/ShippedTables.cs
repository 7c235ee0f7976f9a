using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>
/// SmartSink with the shipped policy at its own rates, all loaded by traffic-gen. Two peers accept everything; a reply that closes makes
/// the generator wait and connect again, which they are spared. So there is a third, a C loop that refuses and closes as often as
/// SmartSink did in a run before: beside that one the difference is the policy's alone.
/// </summary>
internal sealed class ShippedTables(Report report)
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
        "closed %",
        "SmartSink ÷ it: CPU",
        "lowest",
        "highest");

    private readonly MarkTable _marks = new(report, "shipped policy's marks");

    /// <summary>Measures one case and adds its rows.</summary>
    public async Task MeasureAsync(ServerCommand server, TrafficGenerator generator, ThroughputCase load, int rounds, CancellationToken cancellation)
    {
        await using var set = await SinkSet.StartAsync(server, ShippedPolicy.File);
        string[] domains = [.. ShippedPolicy.Domains().SelectMany(domain => new[] { "--domain", domain })];
        var trial = (await MeasureAsync(set.Sinks[0])).Report;
        await set.AddRefusingFloorAsync(RefusalShares.Of(trial.TempFailed + trial.PermFailed, trial.Closed, trial.Total));
        var runs = await Alternation.MeasureAsync(set.Sinks, rounds, MeasureAsync, cancellation);
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
                Percent(own, report => report.Closed),
                ratio.Median,
                ratio.Lowest,
                ratio.Highest);
            _marks.Add(load, sink.Name, ratio);
        }

        Task<LoadedRun> MeasureAsync(ISink sink) => LoadedRun.MeasureAsync(sink.ProcessId, sink.Port, generator, load.To(sink), domains);
    }

    private static double Percent(List<LoadedRun> runs, Func<GeneratorReport, long> count) =>
        100d * runs.Sum(run => count(run.Report)) / runs.Sum(run => run.Report.Total);
}
