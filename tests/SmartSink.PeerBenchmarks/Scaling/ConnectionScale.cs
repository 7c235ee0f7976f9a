using SmartSink.PeerBenchmarks.Driving;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary>The cost of a message by the number of connections that send, beside the peers.</summary>
internal static class ConnectionScale
{
    /// <summary>The columns of its table.</summary>
    public static readonly string[] Columns = ["connections", "sink", "messages/s", "CPU µs/message", "SmartSink ÷ it: CPU", "lowest", "highest"];

    /// <summary>Measures each number of connections and adds its rows.</summary>
    public static async Task<IReadOnlyList<ScalePoint>> MeasureAsync(
        Report report, ServerCommand server, IEnumerable<int> sizes, ScaleOptions options, CancellationToken cancellation)
    {
        var points = new List<ScalePoint>();
        await using var set = await SinkSet.StartAsync(server);
        foreach (var connections in sizes)
        {
            var load = new DriverLoad(connections, 1_000, ["domain.test"]);
            var runs = await Alternation.MeasureAsync(
                set.Sinks, options.Rounds, sink => MeasureAsync(sink, load, (int)(Messages(sink, connections) * options.Share)), cancellation);
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

    /// <summary>For two seconds or more: one connection waits for each reply, many keep both processors busy.</summary>
    private static int Messages(ISink sink, int connections) => (sink.Name, connections) switch
    {
        (_, < 10) => 10_000,
        // About a thousand a second.
        (SinkNames.SmtpSink, >= 5_000) => 5_000,
        _ => 40_000,
    };

    /// <summary>Opens the connections, sends what is not counted so that most have sent before, then measures.</summary>
    private static async Task<DriverRun> MeasureAsync(ISink sink, DriverLoad load, int messages)
    {
        using var driver = await LoadDriver.OpenAsync(sink.Port, load);
        (await driver.RunAsync(messages / 4)).RequireAllAccepted();
        var run = await DriverRun.MeasureAsync(sink, driver, messages);
        run.Result.RequireAllAccepted();
        return run;
    }
}
