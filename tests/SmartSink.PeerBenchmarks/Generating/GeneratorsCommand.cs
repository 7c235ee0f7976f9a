using System.CommandLine;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Generating;

/// <summary><c>generators</c>: what it costs to send a message, beside Postfix's smtp-source, to the same sink.</summary>
internal static class GeneratorsCommand
{
    private const double ProcessorMark = 1.2;
    private const double ResidentMark = 200;

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each generator in each case", DefaultValueFactory = _ => 5 };

    private static readonly QuickOption Quick = new("messages");

    private static readonly Option<int> Connections = new("--connections")
    {
        Description = "Connections that traffic-gen is to hold; each costs a file descriptor in it and one in the sink",
        DefaultValueFactory = _ => 15_000,
    };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = BenchmarkCommand.Create(
            "generators", "Processor time of traffic-gen per message beside smtp-source, and its memory with many connections", RunAsync, Rounds, Quick, Connections);
        TrafficGenerator.AddTo(command);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var own = TrafficGenerator.Read(line);
        var share = Quick.Share(line);
        await using var sink = await ServerCommand.Read(line).StartAsync(ServerCommand.AcceptAllPolicy);
        var report = new Report("generators", "case", "generator", "CPU µs/message", "messages/s", "traffic-gen ÷ it: CPU", "lowest", "highest", "mark");
        foreach (var load in new GeneratorLoad[] { new(1_000, 50, (int)(100_000 * share)), new(100_000, 50, (int)(30_000 * share)) })
        {
            var runs = await Alternation.MeasureAsync<ILoadGenerator, GeneratorRun>(
                [own, new SmtpSource()], line.GetRequiredValue(Rounds), generator => GeneratorRun.MeasureAsync(generator, sink.SmtpPort, load), cancellation);
            foreach (var (generator, its) in runs)
            {
                var ratio = Ratio.Of(runs[own].Select(run => run.ProcessorPerMessage), its.Select(run => run.ProcessorPerMessage));
                report.Add(
                    load.Name,
                    generator.Name,
                    Median.Of(its.Select(run => run.ProcessorPerMessage)),
                    Median.Of(its.Select(run => run.MessagesPerSecond)),
                    ratio.Median,
                    ratio.Lowest,
                    ratio.Highest,
                    generator == own ? string.Empty : Mark.AtMost(ProcessorMark, ratio.Median));
            }
        }

        var whole = new GeneratorLoad(100_000, 400, (int)(100_000 * share));
        var run = await GeneratorRun.MeasureAsync(own, sink.SmtpPort, whole);
        report.AddTable("whole run", "run of traffic-gen", "messages", "seconds", "messages/s", "MMH")
            .Add(whole.Name, whole.Messages, whole.Messages / run.MessagesPerSecond, run.MessagesPerSecond, run.MessagesPerSecond * 3600 / 1e6);

        var held = await HeldLoad.MeasureAsync(own, sink, line.GetRequiredValue(Connections), cancellation);
        var resident = held.PeakResident / 1e6;
        report.AddTable("held", "generator", "connections at once", "peak RSS MB", "mark").Add(own.Name, held.Connections, resident, Mark.AtMost(ResidentMark, resident));
        await report.WriteAsync(line);
    }
}
