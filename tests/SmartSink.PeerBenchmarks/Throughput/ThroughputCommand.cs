using System.CommandLine;
using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary><c>throughput</c>: processor time per message beside the peers.</summary>
internal static class ThroughputCommand
{
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each sink in each case", DefaultValueFactory = _ => 5 };

    private static readonly QuickOption Quick = new("messages");

    private static readonly Option<int[]> Sessions = new("--sessions")
    {
        Description = "Connections at once; may be repeated",
        DefaultValueFactory = _ => [50, 500],
    };

    private static readonly Option<PolicyChoice[]> Policies = new("--policy")
    {
        Description = "SmartSink's policy; may be repeated, both unless told",
        DefaultValueFactory = _ => [PolicyChoice.Accepting, PolicyChoice.Shipped],
    };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = BenchmarkCommand.Create(
            "throughput", "Processor time per message, messages per second and peak memory, beside smtp-sink and a bare C loop", RunAsync, Rounds, Quick, Sessions, Policies);
        TrafficGenerator.AddTo(command);
        ServerCommand.AddBesideTo(command);
        return command;
    }

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var server = ServerCommand.Read(line);
        var builds = ServerCommand.ReadBeside(line);
        var generator = TrafficGenerator.Read(line);
        var rounds = line.GetRequiredValue(Rounds);
        var policies = line.GetRequiredValue(Policies);
        var loads = line.GetRequiredValue(Sessions).SelectMany(sessions => ThroughputCase.All(sessions, Quick.Share(line))).ToArray();

        var report = new Report("throughput", AcceptingTables.Columns);
        var accepting = new AcceptingTables(report);
        foreach (var load in loads.Where(_ => policies.Contains(PolicyChoice.Accepting)))
        {
            await accepting.MeasureAsync(server, builds, load, rounds, cancellation);
        }

        var shipped = new ShippedTables(report);
        foreach (var load in loads.Where(_ => policies.Contains(PolicyChoice.Shipped)))
        {
            await shipped.MeasureAsync(server, generator, load, rounds, cancellation);
        }

        await report.WriteAsync(line);
    }
}
