using System.CommandLine;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing;
using SmartSink.Testing.Policies;

namespace SmartSink.PeerBenchmarks.Policies;

/// <summary><c>policies</c>: what a policy of many domains costs, at the start, for a decision alone and for each recipient of the whole process.</summary>
internal static class PoliciesCommand
{
    /// <summary>The most nanoseconds that a decision shall take, whatever the policy.</summary>
    private const double DecisionMark = 100;

    /// <summary>The most seconds for a policy of this many domains.</summary>
    private const double LoadMark = 2;

    private const int MarkedDomains = 100_000;

    private static readonly Option<int[]> Domains = new("--domains")
    {
        Description = "Domains of a generated policy, each with rates and two replies; may be repeated",
        DefaultValueFactory = _ => [10, 1000, MarkedDomains],
    };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Starts of each policy, and runs of recipients, after one that is not counted", DefaultValueFactory = _ => 3 };

    private static readonly Option<int> Recipients = new("--recipients") { Description = "Recipients in a run, in transactions of a thousand", DefaultValueFactory = _ => 1_000_000 };

    /// <summary>Makes the sub-command.</summary>
    public static Command Create() => BenchmarkCommand.Create(
        "policies",
        "Start, memory, a decision alone and processor time per recipient with generated policies; the difference to a policy that refuses nobody is decision, count and refusal",
        RunAsync,
        Domains,
        Rounds,
        Recipients);

    private static async Task RunAsync(ParseResult line, CancellationToken cancellation)
    {
        var report = new Report(
            "policies", "domains", "file MB", "check s", "first banner s", "mark", "RSS MB idle", "RSS MB peak", "decision ns", "octets", "mark of a decision");
        var recipients = report.AddTable("recipients", "domains", "CPU ns/recipient", "refusing nobody", "difference ns");
        var server = ServerCommand.Read(line);
        using var folder = new TemporaryFolder();
        var state = folder.Combine("state");
        foreach (var domains in line.GetRequiredValue(Domains))
        {
            using var policy = new GeneratedPolicy(domains);
            var starts = await StartAsync(server, policy.File, state, line.GetRequiredValue(Rounds), cancellation);
            var decision = DecisionCost.Measure(policy, line.GetRequiredValue(Rounds));
            var (own, accepting) = await DecideAsync(server, domains, line, cancellation);
            var check = Median.Of(starts.Select(start => start.Check));
            report.Add(
                domains,
                new FileInfo(policy.File).Length / 1e6,
                check,
                Median.Of(starts.Select(start => start.Banner)),
                domains == MarkedDomains ? $"check {Mark.AtMost(LoadMark, check)}" : string.Empty,
                Median.Of(starts.Select(start => start.Resident / 1e6)),
                Median.Of(starts.Select(start => start.PeakResident / 1e6)),
                decision.Nanoseconds,
                decision.Bytes,
                Mark.AtMost(DecisionMark, decision.Nanoseconds));
            recipients.Add(domains, Median.Of(own), Median.Of(accepting), Median.Of(own.Zip(accepting, (with, without) => with - without)));
        }

        await report.WriteAsync(line);
    }

    private static async Task<List<PolicyStart>> StartAsync(ServerCommand server, string file, string state, int rounds, CancellationToken cancellation)
    {
        var starts = new List<PolicyStart>();
        for (var round = 0; round <= rounds; round++)
        {
            starts.Add(await PolicyStart.MeasureAsync(server, file, state, cancellation));
        }

        return starts[1..];
    }

    /// <summary>Processor time per recipient, with the policy and with one that refuses nobody, in turns.</summary>
    private static async Task<(IReadOnlyList<double> Own, IReadOnlyList<double> Accepting)> DecideAsync(
        ServerCommand server, int domains, ParseResult line, CancellationToken cancellation)
    {
        var recipients = line.GetRequiredValue(Recipients);
        var own = new List<double>();
        var accepting = new List<double>();
        await using var subject = await PolicySubject.StartAsync(server, domains);
        await using var baseline = await PolicySubject.StartAcceptingAsync(server, domains);
        for (var round = 0; round <= line.GetRequiredValue(Rounds); round++)
        {
            cancellation.ThrowIfCancellationRequested();
            own.Add(subject.Measure(recipients));
            accepting.Add(baseline.Measure(recipients));
        }

        return (own[1..], accepting[1..]);
    }
}
