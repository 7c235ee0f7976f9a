using System.Net;
using System.Text.Json;
using Prometheus;
using SmartSink.Http;
using SmartSink.Tests.Connections;
using SmartSink.Tests.Hosting;
using SmartSink.Tests.Watching;
using SmartSink.Watching;

namespace SmartSink.Tests.Http;

public sealed class PagesTests
{
    [Fact]
    public async Task The_index_names_the_others()
    {
        await using var sink = await RunningSink.StartAsync();
        using var answer = await sink.GetAsync("/");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        foreach (var path in new[] { "/metrics", "/livez", "/readyz" })
        {
            page.ShouldContain(path);
            using var linked = await sink.GetAsync(path);
            linked.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var head = await sink.SendAsync(HttpMethod.Head, path);
            head.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Health_pages_say_what_they_are_and_end_their_last_line()
    {
        await using var sink = await RunningSink.StartAsync();
        foreach (var (path, type) in new[] { ("/livez", "text/plain"), ("/readyz", "application/json") })
        {
            using var answer = await sink.GetAsync(path);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
            (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldEndWith("\n");
        }
    }

    [Theory]
    [InlineData("GET", "/nothing", 404, "Not Found")]
    [InlineData("POST", "/metrics", 405, "Method Not Allowed")]
    public async Task A_refusal_is_problem_details(string method, string path, int status, string title)
    {
        await using var sink = await RunningSink.StartAsync();
        using var answer = await sink.SendAsync(new HttpMethod(method), path);
        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        problem.RootElement.GetProperty("status").GetInt32().ShouldBe(status);
        problem.RootElement.GetProperty("title").GetString().ShouldBe(title);
    }

    [Fact]
    public async Task Readiness_shows_listener_policy_and_the_last_reload()
    {
        await using var sink = await RunningSink.StartAsync(ReloadFixture.Refusing("first"));
        using (var ready = await ReadyAsync(sink))
        {
            ready.RootElement.GetProperty("status").GetString().ShouldBe("ready");
            ready.RootElement.GetProperty("listeners").GetRawText().ReplaceLineEndings(string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal)
                .ShouldBe($$"""[{"name":"smtp","address":"{{sink.App.SmtpEndPoint}}","protocol":"smtp","tls":"off"}]""");
            ready.RootElement.GetProperty("policy").GetProperty("hash").GetString().ShouldBe(sink.App.Policy.Current.Hash);
            ready.RootElement.GetProperty("last_reload").ValueKind.ShouldBe(JsonValueKind.Null);
        }

        var rejected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sink.App.Policy.Reloaded += (_, report) =>
        {
            if (report.Result == ReloadResult.Rejected)
            {
                rejected.TrySetResult();
            }
        };
        await File.WriteAllTextAsync(sink.PolicyFile, "[default]\nbounce = 101\n", TestContext.Current.CancellationToken);
        await rejected.Task.WaitAsync(Patience.Token());

        using var after = await ReadyAsync(sink);
        after.RootElement.GetProperty("status").GetString().ShouldBe("ready", "the old policy is in force and good");
        var reload = after.RootElement.GetProperty("last_reload");
        reload.GetProperty("result").GetString().ShouldBe("rejected");
        reload.GetProperty("diagnostics")[0].GetString()!.ShouldStartWith($"{sink.PolicyFile}(2,10): error: ");
        var metrics = await sink.ScrapeAsync();
        metrics.Sum("smartsink_policy_reloads_total", ("result", "rejected")).ShouldBe(1);
        metrics.Label("smartsink_policy_info", "hash").ShouldBe(sink.App.Policy.Current.Hash);
    }

    [Fact]
    public async Task Metrics_come_in_the_format_that_is_asked_for()
    {
        await using var sink = await RunningSink.StartAsync();

        using var plain = await sink.GetAsync("/metrics");
        plain.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        (await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("# EOF");

        using var open = await sink.GetAsync("/metrics", "application/openmetrics-text; version=1.0.0");
        open.Content.Headers.ContentType!.ToString().ShouldBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
        (await open.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldEndWith("# EOF\n");
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("not a header, at ;all", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text; version=1.0.0; charset=utf-8", true)]
    [InlineData("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", false)]
    [InlineData("application/openmetrics-text;q=0.1,text/plain;q=0.2", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", true)]
    public void OpenMetrics_only_when_asked(string? accept, bool openMetrics) =>
        MetricsEndpoint.Choose(accept is null ? [] : [accept]).ShouldBe(openMetrics ? ExpositionFormat.OpenMetricsText : ExpositionFormat.PrometheusText);

    [Fact]
    public async Task Of_the_policy_only_the_hash_in_force_is_shown()
    {
        await using var sink = await RunningSink.StartAsync("[default]\nbounce = 1\n");
        var first = (await sink.ScrapeAsync()).Label("smartsink_policy_info", "hash");

        await File.WriteAllTextAsync(sink.PolicyFile, "[default]\nbounce = 2\n", TestContext.Current.CancellationToken);
        await Patience.UntilAsync(async () => (await sink.ScrapeAsync()).Sum("smartsink_policy_reloads_total", ("result", "applied")) == 1);

        var metrics = await sink.ScrapeAsync();
        metrics.Label("smartsink_policy_info", "hash").ShouldNotBe(first);
        metrics.Sum("smartsink_policy_info").ShouldBe(1);
    }

    private static async Task<JsonDocument> ReadyAsync(RunningSink sink)
    {
        using var answer = await sink.GetAsync("/readyz");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
