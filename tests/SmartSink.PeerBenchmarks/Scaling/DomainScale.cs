using SmartSink.PeerBenchmarks.Driving;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary>The cost of a message by the number of domains in the policy, with recipients at all of them.</summary>
internal static class DomainScale
{
    private const int Connections = 50;
    private const int Messages = 40_000;

    /// <summary>Measures each policy, in a server of its own, and adds its rows.</summary>
    public static async Task<IReadOnlyList<ScalePoint>> MeasureAsync(
        Report report, ServerCommand server, IReadOnlyList<int> sizes, ScaleOptions options, CancellationToken cancellation)
    {
        var table = report.AddTable("domains", "domains", "sink", "messages/s", "CPU µs/message", "4xx and 5xx %", "RSS MB");
        var points = new List<ScalePoint>();
        foreach (var size in sizes)
        {
            var policy = new GeneratedPolicy(size);
            await using var sink = new SmartSinkServer(await server.StartAsync(policy.Text));
            using var driver = await LoadDriver.OpenAsync(sink.Port, new DriverLoad(Connections, 1_000, policy.Domains));
            var messages = (int)(Messages * options.Share);
            // The same for all sizes, as the runtime compiles what is used often; each domain has counters of its own from its first
            // recipient on.
            await driver.RunAsync(Math.Max(sizes.Max(), messages));
            var runs = new List<DriverRun>();
            for (var round = 0; round < options.Rounds; round++)
            {
                cancellation.ThrowIfCancellationRequested();
                runs.Add(await DriverRun.MeasureAsync(sink, driver, messages));
            }

            var point = ScalePoint.Of(sink.Name, size, runs);
            var refused = 100d * runs.Sum(run => run.Result.TempFailed + run.Result.PermFailed) / runs.Sum(run => run.Result.Messages);
            table.Add(size, sink.Name, point.MessagesPerSecond, point.ProcessorPerMessage, refused, ProcessReading.Of(sink.ProcessId).Resident / 1e6);
            points.Add(point);
        }

        return points;
    }
}
