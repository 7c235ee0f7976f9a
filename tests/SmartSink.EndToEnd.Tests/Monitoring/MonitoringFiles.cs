using System.Text.Json;
using System.Text.RegularExpressions;
using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests.Monitoring;

/// <summary>The files of docker/monitoring, as far as tests have to read them.</summary>
internal static partial class MonitoringFiles
{
    public static string Configuration { get; } = At("prometheus.yml");

    public static string Recording { get; } = At("recording.yml");

    public static string Alerts { get; } = At("alerts.yml");

    public static IReadOnlyList<string> Rules { get; } = [Recording, Alerts];

    public static string RuleTests { get; } = RepositoryRoot.Combine("tests", "SmartSink.EndToEnd.Tests", "Monitoring", "alerts.test.yml");

    public static JsonElement Dashboard { get; } = JsonDocument.Parse(File.ReadAllText(At("grafana", "dashboard.json"))).RootElement;

    /// <summary>The panels with what they show; rows are titles.</summary>
    public static IReadOnlyList<JsonElement> Panels { get; } = [.. Dashboard.GetProperty("panels").EnumerateArray()];

    /// <summary>The names of the alerts.</summary>
    public static IReadOnlyList<string> AlertNames { get; } = [.. AlertLine().Matches(File.ReadAllText(Alerts)).Select(match => match.Groups[1].Value)];

    /// <summary>The names of what recording rules record.</summary>
    public static IReadOnlyList<string> RecordedNames { get; } = [.. RecordLine().Matches(File.ReadAllText(Recording)).Select(match => match.Groups[1].Value)];

    /// <summary>The configuration for one sink, which is read every second.</summary>
    /// <param name="target">Address and port.</param>
    public static string ConfigurationFor(string target)
    {
        var text = File.ReadAllText(Configuration);
        text.ShouldContain("_interval: 5s");
        var found = Discovery().Match(text);
        found.Success.ShouldBeTrue("the sinks are found by DNS");
        return text.Replace(found.Value, $"    static_configs:\n      - targets: [\"{target}\"]\n", StringComparison.Ordinal)
            .Replace("_interval: 5s", "_interval: 1s", StringComparison.Ordinal);
    }

    /// <summary>A panel's queries, with Grafana's variables as a person sees them who has chosen nothing.</summary>
    public static IEnumerable<string> QueriesOf(JsonElement panel) => panel.TryGetProperty("targets", out var targets)
        ? targets.EnumerateArray().Select(target => target.GetProperty("expr").GetString()!
            .Replace("$__rate_interval", "5m", StringComparison.Ordinal)
            .Replace("$instance", ".*", StringComparison.Ordinal)
            .Replace("$domain", ".*", StringComparison.Ordinal))
        : [];

    private static string At(params string[] path) => RepositoryRoot.Combine(["docker", "monitoring", .. path]);

    [GeneratedRegex(@"^ +- alert: (\w+)$", RegexOptions.Multiline)]
    private static partial Regex AlertLine();

    [GeneratedRegex(@"^ +- record: ([\w:]+)$", RegexOptions.Multiline)]
    private static partial Regex RecordLine();

    [GeneratedRegex(@"    dns_sd_configs:\n(?:      .*\n)+")]
    private static partial Regex Discovery();
}
