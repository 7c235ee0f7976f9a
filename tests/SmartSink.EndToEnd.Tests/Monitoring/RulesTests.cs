using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Monitoring;

/// <summary>Configuration and rules, by Prometheus' own tool; and that no alert is without a test, a page and a metric.</summary>
public sealed partial class RulesTests
{
    [Fact]
    public async Task Promtool_takes_configuration_and_rules()
    {
        Requirement.Programs("promtool");
        var check = await Tool.RunAsync("promtool", ["check", "config", MonitoringFiles.Configuration]);
        check.ExitCode.ShouldBe(0, check.ToString());
        check.Output.ShouldContain($"{MonitoringFiles.AlertNames.Count} rules found");
        check.Output.ShouldContain($"{MonitoringFiles.RecordedNames.Count} rules found");
        (check.Output + check.Error).ShouldNotContain("warning", Case.Insensitive);
    }

    [Fact]
    public async Task Each_alert_comes_where_it_has_to_and_nowhere_else()
    {
        Requirement.Programs("promtool");

        // The paths in a test of rules are relative to its own file.
        using var folder = new TemporaryFolder();
        var tests = folder.Write("alerts.test.yml", File.ReadAllText(MonitoringFiles.RuleTests));
        foreach (var rules in MonitoringFiles.Rules)
        {
            folder.Write(Path.GetFileName(rules), File.ReadAllText(rules));
        }

        var check = await Tool.RunAsync("promtool", ["test", "rules", tests]);
        check.ExitCode.ShouldBe(0, check.ToString());
    }

    [Fact]
    public void No_alert_is_without_a_test_that_it_comes_and_one_that_it_does_not()
    {
        var tests = File.ReadAllText(MonitoringFiles.RuleTests);
        MonitoringFiles.AlertNames.Count.ShouldBeGreaterThan(8);
        foreach (var alert in MonitoringFiles.AlertNames)
        {
            Regex.IsMatch(tests, $@"alertname: {alert}, exp_alerts: \[\]").ShouldBeTrue($"a case in which {alert} does not come");
            Regex.IsMatch(tests, $@"alertname: {alert}\n +exp_alerts:\n +- exp_labels").ShouldBeTrue($"a case in which {alert} comes");
        }
    }

    [Fact]
    public void The_page_tells_of_each_alert()
    {
        var page = File.ReadAllText(RepositoryRoot.Combine("docs", "monitoring.md"));
        AlertRow().Matches(page).Select(match => match.Groups[1].Value).ShouldBe(MonitoringFiles.AlertNames);
    }

    /// <summary>A name that no sink gives would keep an alert or a panel silent for ever.</summary>
    [Fact]
    public void Rules_and_panels_ask_for_metrics_that_there_are()
    {
        var page = File.ReadAllText(RepositoryRoot.Combine("docs", "metrics.md"));
        var names = MetricRow().Matches(page).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        names.UnionWith(MonitoringFiles.RecordedNames);
        var asked = MonitoringFiles.Rules.Select(File.ReadAllText).Append(MonitoringFiles.Dashboard.GetRawText())
            .SelectMany(text => MetricName().Matches(text).Select(match => match.Value))
            .Distinct(StringComparer.Ordinal)
            .ToList();

        asked.Count.ShouldBeGreaterThan(25);
        asked.Where(name => !names.Contains(name) && !names.Contains(HistogramPart().Replace(name, string.Empty))).ShouldBeEmpty();
    }

    [GeneratedRegex(@"^\| `(SmartSink\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex AlertRow();

    [GeneratedRegex(@"^\| `([a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"(?<![\w:])(?:[a-z_]+:smartsink_[a-z_0-9:]+|(?:smartsink|process|dotnet)_[a-z_]+)(?![\w:])")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(?:bucket|sum|count)$")]
    private static partial Regex HistogramPart();
}
