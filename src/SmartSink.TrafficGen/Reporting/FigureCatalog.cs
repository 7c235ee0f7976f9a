using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>Every figure that a condition can name.</summary>
internal static class FigureCatalog
{
    /// <summary>All of them in one sentence, for the help and for errors.</summary>
    private const string Summary =
        "accepted, refused, given_up, retried, not_begun (due by the rate profile), left (in the queue of --behave well), failed (refused and given up), failed_percent (messages); "
        + "recipients_accepted, tempfail, permfail, tempfail_percent, permfail_percent (recipients); connections, faults, io_errors, "
        + "and each fault by its name as in fault.connect_failed or fault.service_closing; rate (accepted messages per second); bytes; "
        + "min, mean, p50, p75, p90, p95, p99, p99.9, max (of the whole transaction), or of a stage as in connect.p99";

    private static readonly string[] IoErrors =
        [Words.For(TrafficFault.ConnectFailed), Words.For(TrafficFault.Closed), Words.For(TrafficFault.TimedOut), Words.For(TrafficFault.Malformed)];

    private static readonly (string Name, Func<LatencyFigures, double> Read)[] Statistics =
    [
        ("min", latency => latency.Min),
        ("mean", latency => latency.Mean),
        ("p50", latency => latency.P50),
        ("p75", latency => latency.P75),
        ("p90", latency => latency.P90),
        ("p95", latency => latency.P95),
        ("p99", latency => latency.P99),
        ("p99.9", latency => latency.P999),
        ("max", latency => latency.Max),
    ];

    private static readonly Figure[] Totals =
    [
        new("accepted", FigureKind.Count, report => report.Messages.Accepted),
        new("refused", FigureKind.Count, report => report.Messages.Refused),
        new("given_up", FigureKind.Count, report => report.Messages.GivenUp),
        new("retried", FigureKind.Count, report => report.Messages.Retried),
        new("not_begun", FigureKind.Count, report => report.Messages.NotBegun),
        new("left", FigureKind.Count, report => report.Messages.Left),
        new("failed", FigureKind.Count, report => Failed(report.Messages)),
        new("failed_percent", FigureKind.Percent, report => Percent(Failed(report.Messages), report.Messages.Accepted + Failed(report.Messages))),
        new("recipients_accepted", FigureKind.Count, report => report.Recipients.Accepted),
        new("tempfail", FigureKind.Count, report => report.Recipients.Tempfail),
        new("permfail", FigureKind.Count, report => report.Recipients.Permfail),
        new("tempfail_percent", FigureKind.Percent, report => Percent(report.Recipients.Tempfail, All(report.Recipients))),
        new("permfail_percent", FigureKind.Percent, report => Percent(report.Recipients.Permfail, All(report.Recipients))),
        new("connections", FigureKind.Count, report => report.Connections),
        new("faults", FigureKind.Count, report => report.Faults.Sum(fault => fault.Count)),
        new("io_errors", FigureKind.Count, report => report.Faults.Where(fault => IoErrors.Contains(fault.Fault)).Sum(fault => fault.Count)),
        new("rate", FigureKind.Rate, report => report.Rate.PerSecond),
        new("bytes", FigureKind.Count, report => report.Bytes),
    ];

    private static readonly Dictionary<string, Figure> ByName =
        Totals.Concat(FaultCounts()).Concat(Latencies()).ToDictionary(figure => figure.Name, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>What the reader of conditions has to know of them.</summary>
    public static KnownFigures Known { get; } = new(name => ByName.GetValueOrDefault(name)?.Kind, Summary);

    /// <summary>Says whether a run failed by a condition.</summary>
    public static ConditionResult Judge(FailCondition condition, TrafficReport report)
    {
        var actual = Math.Round(ByName[condition.Figure].Read(report), 3);
        return new ConditionResult(condition.Text, actual, condition.Holds(actual));
    }

    private static IEnumerable<Figure> FaultCounts() =>
        from fault in Enum.GetValues<TrafficFault>()
        let word = Words.For(fault)
        select new Figure($"fault.{word}", FigureKind.Count, report => report.Faults.Where(total => total.Fault == word).Sum(total => total.Count));

    private static IEnumerable<Figure> Latencies() =>
        from stage in Enum.GetValues<TrafficStage>()
        from statistic in Statistics
        let word = Words.For(stage)
        from name in stage == TrafficStage.Transaction ? new[] { statistic.Name, $"{word}.{statistic.Name}" } : [$"{word}.{statistic.Name}"]
        select new Figure(name, FigureKind.Time, report => report.Latency.FirstOrDefault(latency => latency.Stage == word) is { } found ? statistic.Read(found) : 0);

    private static long Failed(MessageTotals messages) => messages.Refused + messages.GivenUp;

    private static long All(OutcomeTotals recipients) => recipients.Accepted + recipients.Tempfail + recipients.Permfail;

    private static double Percent(long part, long all) => all == 0 ? 0 : 100.0 * part / all;

    private sealed record Figure(string Name, FigureKind Kind, Func<TrafficReport, double> Read);
}
