using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SmartSink.Ledger.Rules;
using SmartSink.Testing;

namespace SmartSink.Ledger.Tests;

/// <summary>docs/report-card.md says what the rules say; with SMARTSINK_WRITE_REPORT_PAGE=1 it is written.</summary>
public sealed partial class ReportPageTests
{
    private static readonly string File = RepositoryRoot.Combine("docs", "report-card.md");

    [Fact]
    public void The_page_has_the_texts_of_the_rules()
    {
        var page = System.IO.File.ReadAllText(File);
        var place = Place().Match(page).Groups[1];
        var rules = Write();
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_REPORT_PAGE") == "1")
        {
            System.IO.File.WriteAllText(File, page[..place.Index] + rules + page[(place.Index + place.Length)..]);
            return;
        }

        place.Value.ShouldBe(rules);
    }

    [Fact]
    public void The_page_lists_every_rule_in_the_order_of_the_report() =>
        Row().Matches(System.IO.File.ReadAllText(File)).Select(row => row.Groups[1].Value).ShouldBe(SenderRules.All.Select(rule => rule.Name));

    private static string Write()
    {
        var text = new StringBuilder("\n");
        foreach (var rule in SenderRules.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"### {rule.Title}: `{rule.Name}`\n\n{rule.Why}\n\n");
            text.Append(CultureInfo.InvariantCulture, $"Source: {string.Join("; ", rule.Sources)}. Weight: {rule.Weight.ToString().ToLowerInvariant()}.\n\n");
            if (rule.Thresholds.Count > 0)
            {
                text.Append("| threshold | default | |\n|---|---|---|\n");
                foreach (var threshold in rule.Thresholds)
                {
                    text.Append(CultureInfo.InvariantCulture, $"| `{threshold.Name}` | `{Value(threshold)}` | {threshold.Description.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
                }

                text.Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Value(Threshold threshold) => threshold.Unit switch
    {
        ThresholdUnit.Percent => Text(threshold.Default, "%"),
        ThresholdUnit.Duration when threshold.Default >= 3600 && threshold.Default % 3600 == 0 => Text(threshold.Default / 3600, "h"),
        ThresholdUnit.Duration when threshold.Default >= 60 && threshold.Default % 60 == 0 => Text(threshold.Default / 60, "m"),
        ThresholdUnit.Duration => Text(threshold.Default, "s"),
        _ => Text(threshold.Default, string.Empty),
    };

    private static string Text(double number, string unit) => number.ToString(CultureInfo.InvariantCulture) + unit;

    [GeneratedRegex("<!-- rules: [^\n]*-->\n(.*?)<!-- end of rules -->", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Place();

    [GeneratedRegex("^\\| `([a-z0-9-]+)` \\| [^|]*\\|$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Row();
}
