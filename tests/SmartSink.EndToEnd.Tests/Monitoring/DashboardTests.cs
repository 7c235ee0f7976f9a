using System.Text.Json;
using SmartSink.EndToEnd.Tests.TrafficGen;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Monitoring;

/// <summary>The dashboard: what Grafana asks of its form, and that a real Prometheus has an answer to each of its queries.</summary>
public sealed class DashboardTests
{
    private const int Columns = 24;

    /// <summary>Providers that do something of everything that a panel shows.</summary>
    private const string Policy = """
        seed = 7
        [default]
        bounce = 10
        defer = 20
        [domain."gmail.com".limits]
        messages_per_connection = 2
        [domain."yahoo.com".greylist]
        wait = "1m"
        [[schedule]]
        at = "+0s"
        domain = "aol.com"
        set = { defer = 50 }
        name = "bad day"
        """;

    [Fact]
    public async Task Each_query_and_each_recording_rule_gives_data()
    {
        Requirement.Programs("prometheus");
        await using var sink = await SinkProcess.StartAsync(Policy);
        await using var prometheus = await PrometheusInstance.StartAsync(sink.Http);

        // What has labels has no series before the first of it came, and the first of a series is no increase.
        await SendAsync(sink);
        await prometheus.HasAsync("smartsink_draws_total");
        await prometheus.HasAsync("smartsink_rules_acted_total");
        await SendAsync(sink);

        foreach (var name in MonitoringFiles.RecordedNames)
        {
            await prometheus.HasAsync(name);
        }

        foreach (var panel in MonitoringFiles.Panels)
        {
            foreach (var query in MonitoringFiles.QueriesOf(panel))
            {
                await prometheus.HasAsync(query);
            }
        }
    }

    [Fact]
    public void Panels_have_ids_of_their_own_places_of_their_own_and_say_what_they_show()
    {
        var ids = MonitoringFiles.Panels.Select(panel => panel.GetProperty("id").GetInt32()).ToList();
        ids.ShouldBeUnique();
        ids.ShouldAllBe(id => id > 0);
        var taken = new HashSet<(int X, int Y)>();
        foreach (var panel in MonitoringFiles.Panels)
        {
            var title = panel.GetProperty("title").GetString();
            title.ShouldNotBeNullOrWhiteSpace();
            var place = panel.GetProperty("gridPos");
            var (x, y, width, height) = (Number(place, "x"), Number(place, "y"), Number(place, "w"), Number(place, "h"));
            (x + width).ShouldBeLessThanOrEqualTo(Columns, title);
            for (var cell = 0; cell < width * height; cell++)
            {
                taken.Add((x + (cell % width), y + (cell / width))).ShouldBeTrue($"{title} lies over another panel");
            }
        }
    }

    [Fact]
    public void Panels_have_queries_units_and_the_chosen_data_source()
    {
        var shown = MonitoringFiles.Panels.Where(panel => panel.GetProperty("type").GetString() != "row").ToList();
        shown.Count.ShouldBeGreaterThan(20);
        foreach (var panel in shown)
        {
            var title = panel.GetProperty("title").GetString();
            panel.GetProperty("type").GetString().ShouldBeOneOf("timeseries", "stat", "table");
            panel.GetProperty("description").GetString().ShouldNotBeNullOrWhiteSpace(title);
            panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString().ShouldNotBeNullOrWhiteSpace(title);
            Source(panel).ShouldBe("${datasource}", title);
            var targets = panel.GetProperty("targets").EnumerateArray().ToList();
            targets.ShouldNotBeEmpty(title);
            targets.Select(target => target.GetProperty("refId").GetString()).ShouldBeUnique();
            targets.ShouldAllBe(target => Source(target) == "${datasource}" && !string.IsNullOrWhiteSpace(target.GetProperty("expr").GetString()));
        }
    }

    [Fact]
    public void The_dashboard_has_a_name_a_form_that_grafana_knows_and_variables()
    {
        var dashboard = MonitoringFiles.Dashboard;
        dashboard.GetProperty("uid").GetString().ShouldBe("smartsink");
        dashboard.GetProperty("title").GetString().ShouldBe("SmartSink");
        Number(dashboard, "schemaVersion").ShouldBe(39);
        dashboard.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Select(variable => $"{variable.GetProperty("name").GetString()} {variable.GetProperty("type").GetString()}")
            .ShouldBe(["datasource datasource", "instance query", "domain query"]);
        dashboard.GetRawText().ShouldNotContain("grafana.com");
    }

    private static async Task SendAsync(SinkProcess sink) =>
        (await TrafficGenRun.StartAsync("--target", $"localhost:{sink.SmtpPort}", "--message-count", "400", "--concurrency", "4", "--keep-going", "--starttls")).ShouldEndWith(0);

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string? Source(JsonElement element) => element.GetProperty("datasource").GetProperty("uid").GetString();
}
