using SmartSink.Testing;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>The image and the compose file as a user has them: build, up, edit the mounted policy, see the replies change, load it, down.</summary>
public sealed class DockerComposeTests
{
    [Fact]
    public async Task The_image_serves_by_the_mounted_policy_and_follows_its_edits()
    {
        await using var project = await ComposeProject.CreateAsync();
        await project.RunAsync("up", "--detach");
        var smtp = await project.PublishedPortAsync(2525);
        var http = await project.PublishedPortAsync(8000);
        await project.WaitForHealthyAsync();

        (await RecipientProbe.AnswerAsync(smtp, "tempfail@gmail.com")).ShouldStartWith("4");
        (await RecipientProbe.AnswerAsync(smtp, "permfail@yahoo.com")).ShouldStartWith("5");
        (await RecipientProbe.AnswerAsync(smtp, "250-anyone@gmail.com")).ShouldStartWith("250 ");

        await EditPolicyAsync(project.PolicyFile, "550 5.1.1 edited on the host");
        await WaitForAnswerAsync(smtp, "permfail@edited.example", "550 5.1.1 edited on the host");

        var metrics = await MetricsScrape.FetchAsync(new Uri($"http://127.0.0.1:{http}/metrics"));
        metrics.Sum("smartsink_policy_reloads_total", ("result", "applied")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_total", ("domain", "gmail.com"), ("outcome", "tempfail")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_total", ("domain", "yahoo.com"), ("outcome", "permfail")).ShouldBe(1);

        var container = await project.SinkContainerAsync();
        var check = PageText.Policy.Command("docker compose run --rm smartsink check ").Split(' ');
        (await project.RunAsync(check[2..])).Output.ShouldContain("0 errors, 0 warnings");
        (await DockerEngine.RunAsync("inspect", "--format", "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}", container)).Output.Trim().ShouldBe("1654:1654 true");

        await project.RunAsync("stop");
        (await DockerEngine.RunAsync("inspect", "--format", "{{.State.ExitCode}}", container)).Output.Trim().ShouldBe("0");
    }

    [Fact]
    public async Task The_load_of_the_readme_starts_the_sink_and_both_sides_agree_and_there_is_no_way_out()
    {
        await using var project = await ComposeProject.CreateAsync();
        var load = PageText.Readme.Command("docker compose run --rm traffic-gen ").Split(' ');
        var once = PageText.Readme.Command("docker compose --profile load up").Split(' ');

        (await project.RunAsync([.. once[2..], "--exit-code-from", "traffic-gen"])).Output.ShouldContain("both sides agree");
        (await project.RunAsync([.. load[2..], "--message-count", "2000"])).Output.ShouldContain("both sides agree");

        (await project.RunAsync("run", "--rm", "--entrypoint", "ls", "traffic-gen", "/sys/class/net")).Output.Split().ShouldBe(["eth0", "lo", string.Empty], ignoreOrder: true);
        (await DockerEngine.RunAsync("network", "inspect", "--format", "{{.Internal}}", $"{project.Name}_load")).Output.Trim().ShouldBe("true");
    }

    [Fact]
    public async Task Signals_mean_the_same_in_the_container()
    {
        await using var project = await ComposeProject.CreateAsync();
        await project.RunAsync("up", "--detach");
        var smtp = await project.PublishedPortAsync(2525);
        await project.WaitForHealthyAsync();
        var container = await project.SinkContainerAsync();

        await SignalAsync("HUP");
        await WaitForLogAsync("Reread all files: policy unchanged");
        await SignalAsync("USR2");
        (await RecipientProbe.AnswerAsync(smtp, "permfail@gmail.com")).ShouldStartWith("5");
        await SignalAsync("USR1");
        await WaitForLogAsync("Counts, recipients: permfail 1");
        (await DockerEngine.RunAsync("inspect", "--format", "{{.State.Running}} {{.RestartCount}}", container)).Output.Trim().ShouldBe("true 0");

        Task SignalAsync(string signal) => DockerEngine.RunAsync("kill", "--signal", signal, container);
        Task WaitForLogAsync(string line) => DockerEngine.UntilAsync(
            async () => (await DockerEngine.RunAsync("logs", container)).Output, output => output.Contains(line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_sinks_have_a_port_each_and_one_policy()
    {
        await using var project = await ComposeProject.CreateAsync();
        await project.RunAsync("up", "--detach", "--scale", "smartsink=3");
        await project.WaitForHealthyAsync();

        var ports = new HashSet<int>();
        for (var index = 1; index <= 3; index++)
        {
            var port = await project.PublishedPortAsync(2525, index);
            ports.Add(port).ShouldBeTrue();
            (await RecipientProbe.AnswerAsync(port, "permfail@yahoo.com")).ShouldStartWith("5");
        }
    }

    /// <summary>With Debian's Prometheus in place of the official image's, and a web server in Grafana's place, where this machine has not the images themselves: that Grafana draws the dashboard is not seen here.</summary>
    [Fact]
    public async Task The_monitoring_of_the_readme_starts_reads_each_sink_has_all_that_is_mounted_and_leaves_nothing()
    {
        await using var project = await ComposeProject.CreateAsync();
        await project.StandInAsync();
        var up = PageText.Readme.Command("docker compose --profile monitoring up").Split(' ')[2..];
        await project.RunAsync([.. up, "--detach"]);
        await project.WaitForHealthyAsync();
        await SeesAsync(sinks: 1);

        foreach (var (file, path) in new[]
        {
            ("datasource.yml", "/etc/grafana/provisioning/datasources/smartsink.yml"),
            ("provider.yml", "/etc/grafana/provisioning/dashboards/smartsink.yml"),
            ("dashboard.json", Setting("provider.yml", "path") + "/smartsink.json"),
        })
        {
            (await InGrafanaAsync("cat", path)).ShouldBe(await File.ReadAllTextAsync(RepositoryRoot.Combine("docker", "monitoring", "grafana", file), TestContext.Current.CancellationToken));
        }

        await InGrafanaAsync("sh", "-c", "test -r $GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH && touch /var/lib/grafana/a /var/log/grafana/a && ! touch /etc/grafana/a");
        await InGrafanaAsync("wget", "-q", "-O", "-", Setting("datasource.yml", "url") + "/-/ready");
        await UntilAnswerAsync("grafana", 3000, "/", _ => true);

        await project.RunAsync([.. up, "--detach", "--scale", "smartsink=2"]);
        await SeesAsync(sinks: 2);
        await UntilAnswerAsync("prometheus", 9090, "/api/v1/rules?type=alert", answer => answer.Contains("SmartSinkOverrideForgotten", StringComparison.Ordinal));
        var containers = (await project.RunAsync("ps", "--quiet")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var states = (await DockerEngine.RunAsync(["inspect", "--format", "{{.State.Running}} {{.RestartCount}} {{.HostConfig.ReadonlyRootfs}}", .. containers])).Output.Trim();
        states.Split('\n').ShouldBe(Enumerable.Repeat("true 0 true", 4));

        await project.RunAsync([.. up[..^1], "down", "--volumes"]);
        foreach (var list in new[] { "container ls --all", "network ls", "volume ls" })
        {
            (await DockerEngine.RunAsync([.. list.Split(' '), "--quiet", "--filter", $"label=com.docker.compose.project={project.Name}"])).Output.ShouldBeEmpty();
        }

        Task SeesAsync(int sinks) => Task.WhenAll(new[] { "up{job=\"smartsink\"}==1", "job_instance:smartsink_connections:ratio" }.Select(series =>
            UntilAnswerAsync("prometheus", 9090, $"/api/v1/query?query=count({series})", answer => answer.Contains($",\"{sinks}\"]", StringComparison.Ordinal))));

        async Task<string> InGrafanaAsync(params string[] command) => (await project.RunAsync(["exec", "-T", "grafana", .. command])).Output;

        string Setting(string file, string key) =>
            File.ReadLines(RepositoryRoot.Combine("docker", "monitoring", "grafana", file)).Select(line => line.Trim().Split(": ")).Single(words => words[0] == key)[1];

        // Until it listens there is no answer, and none of a connection that compose's proxy took for it.
        async Task UntilAnswerAsync(string service, int port, string path, Predicate<string> isGood)
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{await project.PublishedPortAsync(port, service: service)}") };
            await DockerEngine.UntilAsync(AskAsync, answer => answer.Text is { } text && isGood(text));

            async Task<(string? Text, string? Problem)> AskAsync()
            {
                try
                {
                    return (await http.GetStringAsync(path, TestContext.Current.CancellationToken), null);
                }
                catch (HttpRequestException exception)
                {
                    return (null, exception.Message);
                }
            }
        }
    }

    private static Task<string> WaitForAnswerAsync(int port, string recipient, string expected) =>
        DockerEngine.UntilAsync(() => RecipientProbe.AnswerAsync(port, recipient), answer => answer == expected);

    private static Task EditPolicyAsync(string policy, string reply) =>
        File.AppendAllTextAsync(
            policy,
            $"""

            [[bounce."edited.example"]]
            code = {reply[..3]}
            msg = "{reply[4..]}"

            [[defer."edited.example"]]
            code = 450
            msg = "4.2.1 edited, too"

            """);
}
