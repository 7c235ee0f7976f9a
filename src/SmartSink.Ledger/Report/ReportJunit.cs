using System.Globalization;

namespace SmartSink.Ledger.Report;

/// <summary>
/// The report as CI systems read the results of tests: a suite for each sender, a case for each rule. A rule that failed is a failure unless it
/// counts for nothing; one that was not seen is skipped; a warning is a case that passed, with its finding as output.
/// </summary>
internal static class ReportJunit
{
    public static string Write(ReportCard card)
    {
        var xml = new Markup();
        xml.Add($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        var all = card.Senders.SelectMany(sender => sender.Rules).ToList();
        xml.Add($"<testsuites name=\"SmartSink report card\" tests=\"{all.Count}\" failures=\"{all.Count(IsFailure)}\" errors=\"0\" time=\"{Seconds(card)}\">\n");
        foreach (var sender in card.Senders)
        {
            var skipped = sender.Rules.Count(rule => rule.Verdict == Verdict.NotSeen);
            xml.Add($"  <testsuite name=\"{ReportFormats.NameOf(sender)}\" tests=\"{sender.Rules.Count}\" failures=\"{sender.Rules.Count(IsFailure)}\" errors=\"0\" skipped=\"{skipped}\"");
            xml.Add($" timestamp=\"{card.Since.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)}\" time=\"{Seconds(card)}\">\n");
            xml.Add($"    <properties><property name=\"grade\" value=\"{sender.Grade}\"/></properties>\n");
            foreach (var rule in sender.Rules)
            {
                xml.Add($"    <testcase classname=\"{ReportFormats.NameOf(sender)}\" name=\"{rule.Rule}\" time=\"0\">");
                Write(xml, rule, card);
                xml.Add($"</testcase>\n");
            }

            xml.Add($"  </testsuite>\n");
        }

        xml.Add($"</testsuites>\n");
        return xml.ToString();
    }

    private static void Write(Markup xml, RuleReport rule, ReportCard card)
    {
        if (IsFailure(rule))
        {
            xml.Add($"<failure message=\"{rule.Finding}\" type=\"{rule.Rule}\">{DetailsOf(rule, card)}</failure>");
        }
        else if (rule.Verdict == Verdict.NotSeen)
        {
            xml.Add($"<skipped message=\"not seen: {rule.Finding}\"/>");
        }
        else
        {
            xml.Add($"<system-out>{ReportFormats.WordOf(rule.Verdict)}: {(rule.Verdict == Verdict.Pass ? rule.Finding : DetailsOf(rule, card))}</system-out>");
        }
    }

    private static string DetailsOf(RuleReport rule, ReportCard card) => string.Join('\n', new[] { $"{rule.Title}: {ReportFormats.NumberOf(rule)}", rule.Finding }
        .Concat(rule.Examples.SelectMany(example => new[] { $"{ReportFormats.TimeOf(example.At, card)}  {example.Text}", example.Reply }.OfType<string>()))
        .Append($"Why it matters: {rule.Why}")
        .Append($"Source: {string.Join("; ", rule.Sources)}"));

    private static bool IsFailure(RuleReport rule) => rule is { Verdict: Verdict.Fail, Weight: not RuleWeight.None };

    private static string Seconds(ReportCard card) => (card.At - card.Since).TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
