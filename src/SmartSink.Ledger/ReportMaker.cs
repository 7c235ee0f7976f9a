using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;

namespace SmartSink.Ledger;

/// <summary>From what was seen of senders to their report card.</summary>
internal static class ReportMaker
{
    /// <summary>The grade of a sender of whom no rule saw anything.</summary>
    public const string NoGrade = "-";

    private const string Letters = "ABCDEF";
    private const int MostPoints = 600, WarningsOfALetter = 3, LettersOfMajor = 2;

    /// <summary>Judges each sender by every rule.</summary>
    /// <param name="histories">What the ledger kept of each.</param>
    /// <param name="context">Thresholds, limits and times.</param>
    /// <param name="at">Now.</param>
    /// <param name="forgotten">Facts that the ledger had to forget.</param>
    /// <returns>The worst sender first; those without a grade last.</returns>
    public static ReportCard Make(IReadOnlyCollection<SenderHistory> histories, RuleContext context, DateTimeOffset at, long forgotten)
    {
        var senders = histories.Select(history => ReportOf(history, context))
            .OrderByDescending(sender => Letters.IndexOf(sender.Grade, StringComparison.Ordinal))
            .ThenByDescending(sender => sender.Connections).ThenBy(sender => sender.Client, StringComparer.Ordinal).ThenBy(sender => sender.User, StringComparer.Ordinal);
        var since = histories.Count == 0 ? at : context.TimeOf(histories.Min(history => history.Since));
        return new ReportCard(at, since, [.. senders], forgotten, histories.Count == 0 ? 1 : histories.Max(history => history.Policy.TopScale(history.Since, history.Until)));
    }

    /// <summary>
    /// <c>F</c> when a critical rule fails. Else it falls from <c>A</c> two letters for each major rule that fails, one for each minor one, and one for every
    /// three warnings; rules without weight count for nothing.
    /// </summary>
    public static string GradeOf(IReadOnlyList<RuleReport> rules)
    {
        var counting = rules.Where(rule => rule.Verdict != Verdict.NotSeen && rule.Weight != RuleWeight.None).ToList();
        if (counting.Count == 0)
        {
            return NoGrade;
        }
        var fails = counting.Where(rule => rule.Verdict == Verdict.Fail).ToLookup(rule => rule.Weight);
        var down = (LettersOfMajor * fails[RuleWeight.Major].Count()) + fails[RuleWeight.Minor].Count() +
            (counting.Count(rule => rule.Verdict == Verdict.Warn) / WarningsOfALetter);
        return Letters[fails.Contains(RuleWeight.Critical) ? ^1 : Math.Min(down, Letters.Length - 1)].ToString();
    }

    private static SenderReport ReportOf(SenderHistory history, RuleContext context)
    {
        var rules = SenderRules.All.Select(rule => ReportOf(rule, history, context)).ToList();
        return new SenderReport(
            history.Sender.Client, history.Sender.User, GradeOf(rules), history.Accepted, history.Seconds.Sum(second => (long)second.TempFailed),
            history.Seconds.Sum(second => (long)second.PermFailed), history.Dialogs.Count, rules, ChartOf(history, context));
    }

    private static RuleReport ReportOf(SenderRule rule, SenderHistory history, RuleContext context)
    {
        var found = rule.Judge(history, context);
        return new RuleReport(
            rule.Name, rule.Title, found.Verdict, context.Settings.WeightOf(rule), found.Number, found.Unit, found.Finding, found.Examples, rule.Why, rule.Sources,
            found.Table);
    }

    private static ReportChart ChartOf(SenderHistory history, RuleContext context)
    {
        if (history.Seconds.Count == 0)
        {
            return new ReportChart(context.TimeOf(history.Since), 1, [], [], []);
        }
        var (first, last) = (history.Seconds.Min(second => second.At), history.Seconds.Max(second => second.At));
        var seconds = ((last - first) / 1_000) + 1;
        var step = (seconds + MostPoints - 1) / MostPoints;
        var points = (int)((seconds + step - 1) / step);
        var (accepted, tempfail, permfail) = (new long[points], new long[points], new long[points]);
        foreach (var second in history.Seconds)
        {
            var point = (int)((second.At - first) / (1_000 * step));
            accepted[point] += second.Accepted;
            tempfail[point] += second.TempFailed;
            permfail[point] += second.PermFailed;
        }
        return new ReportChart(context.TimeOf(first), (int)step, accepted, tempfail, permfail);
    }
}
