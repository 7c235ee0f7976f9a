using System.CommandLine;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing;

namespace SmartSink.PeerBenchmarks.Starting;

/// <summary><c>start</c>: from exec to the first banner, and the memory of a sink that nobody uses.</summary>
internal static class StartCommand
{
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Starts, after one that is not counted and fills the page cache", DefaultValueFactory = _ => 7 };

    private static readonly QuickOption Quick = new("waiting");

    /// <summary>Makes the sub-command.</summary>
    public static Command Create() => BenchmarkCommand.Create(
        "start",
        "Time from exec to the first banner, and memory twenty seconds later, with the shipped policy; what of it --version and check take; the peers",
        RunAsync,
        Rounds,
        Quick);

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var report = new Report("start", "sink", "measure", "median", "lowest", "highest", "mark");
        using var folder = new TemporaryFolder();
        var round = new StartRound(ServerCommand.Read(line), folder.Combine("state"), await FloorProgram.CompileAsync(folder), Quick.Share(line));
        await round.RunAsync(cancellation);
        var readings = new List<StartReading>();
        for (var count = 0; count < line.GetRequiredValue(Rounds); count++)
        {
            readings.AddRange(await round.RunAsync(cancellation));
        }

        foreach (var measure in readings.GroupBy(reading => (reading.Sink, reading.Measure, reading.Mark)))
        {
            var figures = measure.Select(reading => reading.Figure).ToArray();
            var median = Median.Of(figures);
            var mark = measure.Key.Mark is { } limit ? Mark.AtMost(limit, median) : string.Empty;
            report.Add(measure.Key.Sink, measure.Key.Measure, median, figures.Min(), figures.Max(), mark);
        }

        await report.WriteAsync(line);
    }
}
