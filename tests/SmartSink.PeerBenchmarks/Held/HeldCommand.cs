using System.CommandLine;
using SmartSink.PeerBenchmarks.Clients;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Held;

/// <summary><c>held</c>: what clients that deliver notice of many that are connected and silent.</summary>
internal static class HeldCommand
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private static readonly Option<int> Connections = new("--connections")
    {
        Description = "Connections held after EHLO; each costs a file descriptor here and one in the sink",
        DefaultValueFactory = _ => 18_000,
    };

    private static readonly Option<double> Rate = new("--rate") { Description = "Messages per second that the others deliver", DefaultValueFactory = _ => 500 };

    private static readonly Option<int> Senders = new("--senders") { Description = "Clients that deliver at the same time", DefaultValueFactory = _ => 10 };

    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long each measurement takes", DefaultValueFactory = _ => 5 };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create() => BenchmarkCommand.Create(
        "held", "Time of a transaction of 1 kB while many connections are held", RunAsync, Connections, Rate, Senders, Seconds);

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var report = new Report("held", "sink", "transactions", "held", "number", "p50 ms", "p99 ms", "max ms", "RSS MB");
        await using var set = await SinkSet.StartAsync(ServerCommand.Read(line));
        foreach (var sink in set.Sinks)
        {
            cancellation.ThrowIfCancellationRequested();
            await MeasureAsync(report, sink, 0, line, WarmUp);
            using var held = HeldConnections.Open(sink.Port, line.GetRequiredValue(Connections), tls: false);
            await MeasureAsync(report, sink, line.GetRequiredValue(Connections), line, TimeSpan.Zero);
            held.Probe();
        }

        await report.WriteAsync(line);
    }

    private static async Task MeasureAsync(Report report, ISink sink, int held, ParseResult line, TimeSpan warmUp)
    {
        foreach (var kept in new[] { true, false })
        {
            var load = new SteadyDelivery(kept, line.GetRequiredValue(Senders), line.GetRequiredValue(Rate));
            await load.RunAsync(sink.Port, warmUp);
            var times = await load.RunAsync(sink.Port, TimeSpan.FromSeconds(line.GetRequiredValue(Seconds)));
            report.Add(
                sink.Name,
                kept ? "on a kept connection" : "one connection each",
                held,
                times.Count,
                Percentile.Of(times, 0.5),
                Percentile.Of(times, 0.99),
                times[^1],
                ProcessReading.Of(sink.ProcessId).Resident / 1e6);
        }
    }
}
