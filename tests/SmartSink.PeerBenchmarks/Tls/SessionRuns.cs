using SmartSink.PeerBenchmarks.Extending;
using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary>The same mail over several connections at once, in the clear and over TLS, to one process.</summary>
internal sealed class SessionRuns(ISink sink, TrafficGenerator generator, GeneratorLoad load)
{
    /// <summary>The columns of its table.</summary>
    public static readonly string[] Columns = ["case", "sent", "CPU µs/message", "messages/s", "÷ in the clear: CPU", "lowest", "highest"];

    /// <summary>Runs both in turns.</summary>
    /// <param name="table">Takes a row of each.</param>
    /// <param name="rounds">How many runs of each count.</param>
    /// <param name="cancellation">Ends it between two runs.</param>
    /// <exception cref="InvalidOperationException">A message was not accepted.</exception>
    public async Task MeasureAsync(ReportTable table, int rounds, CancellationToken cancellation)
    {
        var clear = new Variant("in the clear", sink.Port);
        var runs = await Alternation.MeasureAsync<Variant, LoadedRun>([clear, new Variant("STARTTLS", sink.Port, "--starttls")], rounds, RunAsync, cancellation);
        foreach (var (way, its) in runs)
        {
            var ratio = Ratio.Of(its.Select(run => run.ProcessorPerMessage), runs[clear].Select(run => run.ProcessorPerMessage));
            table.Add(
                load.Name,
                way.Name,
                Median.Of(its.Select(run => run.ProcessorPerMessage)),
                Median.Of(its.Select(run => run.MessagesPerSecond)),
                ratio.Median,
                ratio.Lowest,
                ratio.Highest);
        }
    }

    private async Task<LoadedRun> RunAsync(Variant way)
    {
        var run = await LoadedRun.MeasureAsync(sink.ProcessId, way.Port, generator, load, way.Flags);
        return run.Report.Accepted == load.Messages ? run : throw new InvalidOperationException($"not all {load.Messages} messages were accepted: {run.Report}");
    }
}
