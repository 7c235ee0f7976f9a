using System.Globalization;
using System.Text;
using SmartSink.Shared;
using static SmartSink.TrafficGen.Reporting.Numbers;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>The report as text, for people.</summary>
internal static class ReportText
{
    private const int MostDomains = 20;
    private const int LongestReply = 100;

    /// <summary>Writes it; every line ends with a line feed.</summary>
    public static string Format(TrafficReport report)
    {
        var text = new StringBuilder();
        AppendTotals(text, report);
        AppendFaults(text, report.Faults);
        AppendAnswers(text, report.Answers);
        AppendDomains(text, report.Domains);
        AppendReplies(text, report.Domains);
        AppendLatency(text, report.Latency);
        if (report.Verify is { } verify)
        {
            VerifyText.AppendTo(text, verify);
        }

        AppendConditions(text, report.FailIf);
        return text.ToString();
    }

    private static void AppendTotals(StringBuilder text, TrafficReport report)
    {
        var (messages, rate, recipients) = (report.Messages, report.Rate, report.Recipients);
        text.Append(CultureInfo.InvariantCulture, $"run {report.RunId}: {Decimal(report.Seconds)} s to {report.Target}, {Whole(report.Concurrency)} at once, seed {report.Seed}, {report.End}");
        text.Append(report.Reason is null ? "\n\n" : $": {report.Reason}\n\n");
        var table = new TextTable(left: 2);
        table.Add("messages", $"accepted {Whole(messages.Accepted)}, refused {Whole(messages.Refused)}, given up {Whole(messages.GivenUp)}, retried {Whole(messages.Retried)}{(messages.NotBegun > 0 ? $", not begun {Whole(messages.NotBegun)}" : string.Empty)}{(messages.Left > 0 ? $", left in the queue {Whole(messages.Left)}" : string.Empty)}");
        table.Add("rate", $"{Whole(rate.PerSecond)}/s, {Whole(rate.PerMinute)}/min, {Whole(rate.PerHour)}/h ({(rate.PerHour / 1e6).ToString("N2", CultureInfo.InvariantCulture)} MMH)");
        table.Add("bytes", $"{Bytes(report.Bytes)}{(report.Seconds > 0 ? $", {Bytes(report.Bytes / report.Seconds)}/s" : string.Empty)}");
        table.Add("recipients", $"accepted {Whole(recipients.Accepted)}, tempfail {Whole(recipients.Tempfail)}, permfail {Whole(recipients.Permfail)}");
        table.Add("connections", $"made {Whole(report.Connections)}, faults {Whole(report.Faults.Sum(fault => fault.Count))}");
        table.AppendTo(text);
    }

    private static void AppendFaults(StringBuilder text, IReadOnlyList<FaultTotal> faults)
    {
        var table = new TextTable(left: 2);
        table.Add("fault", "at", "times");
        foreach (var fault in faults)
        {
            table.Add(fault.Fault, fault.Stage, Whole(fault.Count));
        }

        Append(text, table, faults.Count);
    }

    private static void AppendAnswers(StringBuilder text, IReadOnlyList<AnswerTotal> answers)
    {
        var table = new TextTable(left: 2);
        table.Add("answer", "at", "recipients");
        foreach (var answer in answers)
        {
            table.Add(answer.Code.ToString(CultureInfo.InvariantCulture), answer.Stage, Whole(answer.Recipients));
        }

        Append(text, table, answers.Count);
    }

    private static void AppendDomains(StringBuilder text, IReadOnlyList<DomainTotal> domains)
    {
        var table = new TextTable(left: 1);
        table.Add("domain", "accepted", "tempfail", "permfail");
        foreach (var (domain, recipients, _, _, _) in Largest(domains))
        {
            table.Add(domain, Whole(recipients.Accepted), Whole(recipients.Tempfail), Whole(recipients.Permfail));
        }

        Append(text, table, domains.Count);
        if (domains.Count > MostDomains)
        {
            text.Append(CultureInfo.InvariantCulture, $"and {Whole(domains.Count - MostDomains)} more domains; the JSON report lists them\n");
        }
    }

    private static void AppendReplies(StringBuilder text, IReadOnlyList<DomainTotal> domains)
    {
        var table = new TextTable(left: 1, lastLeft: true);
        table.Add("refused", "recipients", "by");
        var rows = 0;
        foreach (var domain in Largest(domains))
        {
            var name = domain.Domain;
            foreach (var reply in domain.Replies)
            {
                table.Add(name, Whole(reply.Recipients), Shown(reply));
                name = string.Empty;
                rows++;
            }

            if (domain.OtherReplies > 0)
            {
                table.Add(name, Whole(domain.OtherReplies), "other texts");
                rows++;
            }
        }

        Append(text, table, rows);
    }

    // A reply of several lines repeats its enhanced code on each: once is enough.
    private static string Shown(ReplyTotal reply)
    {
        var lines = reply.Text.Split('\n');
        var enhanced = lines[0].Split(' ')[0] + " ";
        var joined = string.Join(' ', lines.Select((line, index) => (index > 0 && line.StartsWith(enhanced, StringComparison.Ordinal) ? line[enhanced.Length..] : line).Trim()));
        var all = OneLine.Escape($"{reply.Code} {joined}").TrimEnd();
        return all.Length > LongestReply ? string.Concat(all.AsSpan(0, LongestReply - 1), "…") : all;
    }

    private static IEnumerable<DomainTotal> Largest(IReadOnlyList<DomainTotal> domains) =>
        domains.OrderByDescending(domain => Total(domain.Recipients)).Take(MostDomains);

    private static void AppendLatency(StringBuilder text, IReadOnlyList<LatencyFigures> latency)
    {
        var table = new TextTable(left: 1);
        table.Add("ms", "count", "min", "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "max");
        foreach (var stage in latency)
        {
            var times = new[] { stage.Min, stage.Mean, stage.P50, stage.P75, stage.P90, stage.P95, stage.P99, stage.P999, stage.Max };
            table.Add([stage.Stage, Whole(stage.Count), .. times.Select(Milliseconds)]);
        }

        Append(text, table, latency.Count);
    }

    private static void AppendConditions(StringBuilder text, IReadOnlyList<ConditionResult> conditions)
    {
        var table = new TextTable(left: 3);
        table.Add("fail if", "actual", "result");
        foreach (var condition in conditions)
        {
            table.Add(condition.Condition, Decimal(condition.Actual), condition.Holds ? "fails" : "good");
        }

        Append(text, table, conditions.Count);
    }

    private static void Append(StringBuilder text, TextTable table, int rows)
    {
        if (rows > 0)
        {
            text.Append('\n');
            table.AppendTo(text);
        }
    }

    private static long Total(OutcomeTotals totals) => totals.Accepted + totals.Tempfail + totals.Permfail;
}

/// <summary>Rows of cells in columns: the first columns flush left, the others flush right.</summary>
/// <param name="left">How many columns stand flush left.</param>
/// <param name="lastLeft">Whether the last column stands flush left, too.</param>
internal sealed class TextTable(int left, bool lastLeft = false)
{
    private const string Gap = "  ";
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; all rows have the same number of cells.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Adds the rows to a text, each as a line.</summary>
    public void AppendTo(StringBuilder text)
    {
        var widths = Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            var cells = row.Select((cell, column) => column < left || (lastLeft && column == row.Length - 1) ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.Append(string.Join(Gap, cells).TrimEnd()).Append('\n');
        }
    }
}
