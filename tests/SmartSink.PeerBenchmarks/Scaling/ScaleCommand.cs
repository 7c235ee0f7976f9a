using System.CommandLine;
using SmartSink.PeerBenchmarks.Charting;
using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary><c>scale</c>: whether the cost of a message depends on how many connections and how many domains there are.</summary>
internal static class ScaleCommand
{
    private static readonly Option<int[]> Connections = new("--connections")
    {
        Description = "Connections at once; each costs a file descriptor here and one in the sink; may be repeated",
        DefaultValueFactory = _ => [1, 10, 100, 1_000, 10_000],
    };

    private static readonly Option<int[]> Domains = new("--domains")
    {
        Description = "Domains in SmartSink's policy; may be repeated",
        DefaultValueFactory = _ => [10, 1_000, 100_000],
    };

    private static readonly Option<string?> Charts = new("--charts")
    {
        Description = "The folder for performance-connections.svg and performance-domains.svg; that of the tables unless told",
    };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = BenchmarkCommand.Create(
            "scale", "Messages per second and processor time per message by connections and by domains, with charts", RunAsync, Connections, Domains, Charts);
        ScaleOptions.AddTo(command);
        TrafficGenerator.AddTo(command);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var options = ScaleOptions.Read(line);
        var server = ServerCommand.Read(line);
        var generator = TrafficGenerator.Read(line);
        var folder = line.GetValue(Charts) is { } named ? Directory.CreateDirectory(named).FullName : Report.Folder(line);
        var report = new Report("scale", ConnectionScale.Columns);

        var byConnections = await ConnectionScale.MeasureAsync(report, server, generator, line.GetRequiredValue(Connections), options, cancellation);
        var connections = new Chart("1 kB messages by number of kept connections", "connections", Panels(byConnections, logarithmic: true));
        await File.WriteAllTextAsync(Path.Combine(folder, "performance-connections.svg"), connections.ToSvg(), cancellation);

        var byDomains = await DomainScale.MeasureAsync(report, server, generator, line.GetRequiredValue(Domains), options, cancellation);
        var domains = new Chart("1 kB messages by number of domains in the policy, 50 kept connections", "domains", Panels(byDomains, logarithmic: false));
        await File.WriteAllTextAsync(Path.Combine(folder, "performance-domains.svg"), domains.ToSvg(), cancellation);
        await report.WriteAsync(line);
    }

    /// <summary>Speed above cost.</summary>
    /// <param name="points">What was measured.</param>
    /// <param name="logarithmic">For the cost: where a peer's grows a hundredfold, the others' shall still be told apart.</param>
    private static ChartPanel[] Panels(IReadOnlyList<ScalePoint> points, bool logarithmic) =>
    [
        new("messages per second", Series(points, point => point.MessagesPerSecond), Logarithmic: false),
        new($"the sink's processor time per message, µs{(logarithmic ? " (logarithmic)" : string.Empty)}", Series(points, point => point.ProcessorPerMessage), logarithmic),
    ];

    private static ChartSeries[] Series(IReadOnlyList<ScalePoint> points, Func<ScalePoint, double> measure) =>
    [
        .. points.GroupBy(point => point.Sink).Select(sink => new ChartSeries(sink.Key, [.. sink.Select(point => ((double)point.Size, measure(point)))])),
    ];
}
