using System.CommandLine;
using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Extending;

/// <summary><c>extensions</c>: what the sink pays for BDAT instead of DATA, and for a PROXY header before the dialog.</summary>
internal static class ExtensionsCommand
{
    private const double ChunkingMark = 0.9;
    private const double ProxyMark = 1.02;

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each way in each case", DefaultValueFactory = _ => 7 };

    private static readonly QuickOption Quick = new("messages");

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = BenchmarkCommand.Create(
            "extensions", "The sink's processor time per message by BDAT beside DATA, and with a PROXY header beside none", RunAsync, Rounds, Quick);
        TrafficGenerator.AddTo(command);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var report = new Report("extensions", "case", "way", "CPU µs/message", "messages/s", "÷ the usual: CPU", "lowest", "highest", "mark");
        var generator = TrafficGenerator.Read(line);
        var proxied = LoopbackPort.Free();
        // One process for both ways: two would differ by more than a header costs.
        await using var sink = await ServerCommand.Read(line).StartAsync(
            ServerCommand.AcceptAllPolicy,
            ("SINK_LISTENERS__0__NAME", "smtp"),
            ("SINK_LISTENERS__1__NAME", "proxied"),
            ("SINK_LISTENERS__1__PORT", $"{proxied}"),
            ("SINK_LISTENERS__1__PROXY", "v2"));
        foreach (var comparison in Comparisons(sink.SmtpPort, proxied, Quick.Share(line)))
        {
            await MeasureAsync(report, comparison, generator, sink, line.GetRequiredValue(Rounds), cancellation);
        }

        await report.WriteAsync(line);
    }

    private static Comparison[] Comparisons(int port, int proxied, double share) =>
    [
        new(new GeneratorLoad(100_000, 50, (int)(30_000 * share)), new Variant("DATA", port), new Variant("BDAT", port, "--chunking"), ChunkingMark),
        new(
            new GeneratorLoad(1_000, 50, (int)(20_000 * share), Kept: false),
            new Variant("no header", port),
            new Variant("PROXY v2", proxied, "--proxy-protocol", "v2"),
            ProxyMark),
    ];

    private static async Task MeasureAsync(
        Report report, Comparison comparison, TrafficGenerator generator, SinkProcess sink, int rounds, CancellationToken cancellation)
    {
        var runs = await Alternation.MeasureAsync<Variant, LoadedRun>(
            [comparison.Usual, comparison.Other], rounds, way => LoadedRun.MeasureAsync(sink.Id, way.Port, generator, comparison.Load, way.Flags), cancellation);
        foreach (var (way, its) in runs)
        {
            var ratio = Ratio.Of(its.Select(run => run.ProcessorPerMessage), runs[comparison.Usual].Select(run => run.ProcessorPerMessage));
            report.Add(
                comparison.Load.Name,
                way.Name,
                Median.Of(its.Select(run => run.ProcessorPerMessage)),
                Median.Of(its.Select(run => run.MessagesPerSecond)),
                ratio.Median,
                ratio.Lowest,
                ratio.Highest,
                way == comparison.Other ? Mark.AtMost(comparison.Mark, ratio.Median) : string.Empty);
        }
    }
}
