using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary>The cost of a message by the number of connections that send, beside the peers. Opening the connections is a part of each run.</summary>
internal static class ConnectionScale
{
    /// <summary>The columns of its table.</summary>
    public static readonly string[] Columns = ["connections", "sink", "messages/s", "CPU µs/message", "SmartSink ÷ it: CPU", "lowest", "highest"];

    /// <summary>Measures each number of connections and adds its rows.</summary>
    public static async Task<IReadOnlyList<ScalePoint>> MeasureAsync(
        Report report, ServerCommand server, TrafficGenerator generator, IEnumerable<int> sizes, ScaleOptions options, CancellationToken cancellation)
    {
        var points = new List<ScalePoint>();
        await using var set = await SinkSet.StartAsync(server);
        foreach (var connections in sizes)
        {
            var runs = await Alternation.MeasureAsync(
                set.Sinks,
                options.Rounds,
                sink => MeasureAsync(sink, generator, new GeneratorLoad(1_000, connections, (int)(Messages(sink, connections) * options.Share))),
                cancellation);
            foreach (var sink in set.Sinks)
            {
                var point = ScalePoint.Of(sink.Name, connections, runs[sink]);
                var ratio = Ratio.Of(runs[set.Sinks[0]].Select(run => run.ProcessorPerMessage), runs[sink].Select(run => run.ProcessorPerMessage));
                report.Add(connections, sink.Name, point.MessagesPerSecond, point.ProcessorPerMessage, ratio.Median, ratio.Lowest, ratio.Highest);
                points.Add(point);
            }
        }

        return points;
    }

    /// <summary>For two seconds or more, and so many for each connection that its own cost hardly shows.</summary>
    private static int Messages(ISink sink, int connections) => (sink.Name, connections) switch
    {
        (_, < 10) => 10_000,
        // About a thousand a second.
        (SinkNames.SmtpSink, >= 5_000) => 2 * connections,
        _ => Math.Max(40_000, 20 * connections),
    };

    private static async Task<LoadedRun> MeasureAsync(ISink sink, TrafficGenerator generator, GeneratorLoad load)
    {
        var run = await LoadedRun.MeasureAsync(sink.ProcessId, sink.Port, generator, load, []);
        return run.Report.Accepted == load.Messages
            ? run
            : throw new InvalidOperationException($"{sink.Name} did not accept all {load.Messages} messages: {run.Report}");
    }
}
