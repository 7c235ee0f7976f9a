using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary>The cost of a message by the number of domains in the policy, with recipients at all of them.</summary>
internal static class DomainScale
{
    private const int Connections = 50;
    private const int Messages = 40_000;

    /// <summary>Measures each policy, in a server of its own, and adds its rows.</summary>
    public static async Task<IReadOnlyList<ScalePoint>> MeasureAsync(
        Report report, ServerCommand server, TrafficGenerator generator, IReadOnlyList<int> sizes, ScaleOptions options, CancellationToken cancellation)
    {
        var table = report.AddTable("domains", "domains", "sink", "messages/s", "CPU µs/message", "4xx and 5xx %", "RSS MB");
        var points = new List<ScalePoint>();
        using var folder = new TemporaryFolder();

        // As many for all sizes, as the runtime compiles what is used often; each domain has counters of its own from its first recipient on.
        var load = new GeneratorLoad(1_000, Connections, (int)(Math.Max(Messages, sizes.Max()) * options.Share));
        foreach (var size in sizes)
        {
            var recipients = folder.Write($"{size}.txt", string.Join('\n', Enumerable.Range(0, size).Select(domain => $"user@{GeneratedPolicy.Domain(domain)}")));
            await using var sink = new SmartSinkServer(await server.StartAsync(GeneratedPolicy.TextOf(size)));
            var runs = (await Alternation.MeasureAsync(
                [sink], options.Rounds, _ => LoadedRun.MeasureAsync(sink.ProcessId, sink.Port, generator, load, ["--recipients", recipients]), cancellation))[sink];
            var point = ScalePoint.Of(sink.Name, size, runs);
            var refused = 100d * runs.Sum(run => run.Report.TempFailed + run.Report.PermFailed) / runs.Sum(run => run.Report.Total);
            table.Add(size, sink.Name, point.MessagesPerSecond, point.ProcessorPerMessage, refused, ProcessReading.Of(sink.ProcessId).Resident / 1e6);
            points.Add(point);
        }

        return points;
    }
}
