using System.CommandLine;
using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Reporting;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Extending;

/// <summary><c>extensions</c>: what the sink pays for BDAT instead of DATA, for a PROXY header before the dialog, for providers that react, and for the ledger of senders.</summary>
internal static class ExtensionsCommand
{
    private const double ChunkingMark = 0.9;
    private const double ProxyMark = 1.02;
    private const double ReactionMark = 1.1;
    private const double LedgerMark = 1.1;
    private const double LargeLedgerMark = 1.02;

    // Nothing refuses: the whole way is the longest. A greylist would refuse each recipient of the generator, who comes but once.
    private const string Policy =
        ServerCommand.AcceptAllPolicy +
        """
        [domain."dice.test"]

        [domain."reacts.test".limits]
        by = ["network", "sender_domain"]
        connections = 100000
        messages_per_connection = 1000000000
        recipients_per_message = 100
        rate = "1000000000/min"
        unknown = "50%"
        block = { after = "5 throttled/min", for = "10m" }
        warmup = ["1000000000/h", "1000000000/h"]

        [domain."waits.test"]
        like = "reacts.test"

        [domain."waits.test".delay]
        rcpt = "1ms..3ms"
        data = "1ms..10ms"

        [[fault]]
        domain = ["reacts.test", "waits.test"]
        stage = "data"
        share = 0.000001
        do = "drop"

        [[answers]]
        match = "retry-*@reacts.test"
        sequence = [451, 250]
        """;

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each way in each case", DefaultValueFactory = _ => 7 };

    private static readonly QuickOption Quick = new("messages");

    /// <summary>Makes the sub-command.</summary>
    public static Command Create()
    {
        var command = BenchmarkCommand.Create(
            "extensions", "The sink's processor time per message by BDAT beside DATA, with a PROXY header beside none, for a provider that reacts beside dice, and with the ledger beside none", RunAsync, Rounds, Quick);
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
            Policy,
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
        new(
            new GeneratorLoad(1_000, 50, (int)(60_000 * share)),
            new Variant("dice", port, "--domain", "dice.test"),
            new Variant("limits, a fault and answers", port, "--domain", "reacts.test"),
            ReactionMark),

        // Sessions enough to keep the sink busy while most of them wait: a sink with less to do pays for waking up, delays or not.
        new(
            new GeneratorLoad(1_000, 500, (int)(60_000 * share)),
            new Variant("dice", port, "--domain", "dice.test"),
            new Variant("the same and delays", port, "--domain", "waits.test"),
            ReactionMark),
        Ledger(new GeneratorLoad(1_000, 50, (int)(60_000 * share)), port, LedgerMark),
        Ledger(new GeneratorLoad(100_000, 50, (int)(30_000 * share)), port, LargeLedgerMark),
    ];

    // Each run begins with an empty ledger, and each message has an id of its own.
    private static Comparison Ledger(GeneratorLoad load, int port, double mark) =>
        new(load, new Variant("no ledger", port) { KeepsLedger = false }, new Variant("ledger", port) { KeepsLedger = true }, mark);

    private static async Task<LoadedRun> MeasureAsync(Variant way, GeneratorLoad load, TrafficGenerator generator, SinkProcess sink)
    {
        if (way.KeepsLedger is { } keeps)
        {
            using var client = new HttpClient();
            using var wish = new StringContent($$"""{"on":{{(keeps ? "true" : "false")}}}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await client.PutAsync(new Uri(sink.Http, "/api/v1/ledger"), wish);
            answer.EnsureSuccessStatusCode();
        }

        return await LoadedRun.MeasureAsync(sink.Id, way.Port, generator, load, way.Flags);
    }

    private static async Task MeasureAsync(
        Report report, Comparison comparison, TrafficGenerator generator, SinkProcess sink, int rounds, CancellationToken cancellation)
    {
        var runs = await Alternation.MeasureAsync<Variant, LoadedRun>(
            [comparison.Usual, comparison.Other], rounds, way => MeasureAsync(way, comparison.Load, generator, sink), cancellation);
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
                way == comparison.Other && comparison.Mark is { } mark ? Mark.AtMost(mark, ratio.Median) : string.Empty);
        }
    }
}
