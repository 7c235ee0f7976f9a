using System.CommandLine;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary><c>throughput</c>: processor time per message beside the peers.</summary>
internal static class ThroughputCommand
{
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each sink in each case", DefaultValueFactory = _ => 5 };

    private static readonly Option<bool> Quick = new("--quick") { Description = "A tenth of the messages: shows that it works, the figures are rough" };

    private static readonly Option<int[]> Sessions = new("--sessions")
    {
        Description = "Connections at once; may be repeated",
        DefaultValueFactory = _ => [50],
    };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = new Command("throughput", "Processor time per message, messages per second and peak memory, beside smtp-sink and a bare C loop") { Rounds, Quick, Sessions };
        ServerCommand.AddTo(command);
        Report.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var report = new Report("throughput", "case", "sink", "CPU µs/message", "messages/s", "peak RSS MB", "SmartSink ÷ it: CPU", "lowest", "highest");
        foreach (var load in line.GetRequiredValue(Sessions).SelectMany(sessions => ThroughputCase.All(sessions, line.GetValue(Quick) ? 0.1 : 1)))
        {
            cancellation.ThrowIfCancellationRequested();
            await using var set = await SinkSet.StartAsync(ServerCommand.Read(line));
            AddRows(report, load, set, await MeasureAsync(set.Sinks, load, line.GetRequiredValue(Rounds), cancellation));
        }

        await report.WriteAsync(line);
    }

    /// <summary>A warm-up for each, then rounds; the sink that begins changes from round to round.</summary>
    private static async Task<Dictionary<ISink, List<ThroughputRun>>> MeasureAsync(
        IReadOnlyList<ISink> sinks, ThroughputCase load, int rounds, CancellationToken cancellation)
    {
        var runs = sinks.ToDictionary(sink => sink, _ => new List<ThroughputRun>());
        foreach (var sink in sinks)
        {
            await ThroughputRun.MeasureAsync(sink, load);
        }

        for (var round = 0; round < rounds; round++)
        {
            for (var place = 0; place < sinks.Count; place++)
            {
                cancellation.ThrowIfCancellationRequested();
                var sink = sinks[(round + place) % sinks.Count];
                runs[sink].Add(await ThroughputRun.MeasureAsync(sink, load));
            }
        }

        return runs;
    }

    private static void AddRows(Report report, ThroughputCase load, SinkSet set, Dictionary<ISink, List<ThroughputRun>> runs)
    {
        var own = runs[set.Sinks[0]];
        foreach (var sink in set.Sinks)
        {
            // Each round's own ratio: a neighbour on the machine slows both runs of a round more alike than two rounds.
            var ratios = own.Zip(runs[sink], (ours, theirs) => ours.ProcessorPerMessage / theirs.ProcessorPerMessage).ToArray();
            report.Add(
                load.Name,
                sink.Name,
                Median.Of(runs[sink].Select(run => run.ProcessorPerMessage)),
                Median.Of(runs[sink].Select(run => run.MessagesPerSecond)),
                ProcessReading.Of(sink.ProcessId).PeakResident / 1e6,
                Median.Of(ratios),
                ratios.Min(),
                ratios.Max());
        }
    }
}
