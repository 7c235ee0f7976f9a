using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>The Docker engine, and the images that the tests have it build.</summary>
internal static class DockerEngine
{
    /// <summary>The image of this repository.</summary>
    public const string Sink = "smartsink-end-to-end";

    /// <summary>A HAProxy such as its official image holds, from Debian.</summary>
    public const string Haproxy = "smartsink-end-to-end-haproxy";

    private const string Label = "smartsink.stand-in";

    // One layer for all of Debian's programs: what is installed once is there for the next image.
    private const string Debian = """
        FROM debian:bookworm-slim
        RUN apt-get update && apt-get install -y --no-install-recommends busybox haproxy prometheus && rm -rf /var/lib/apt/lists/*

        """;

    private const string HaproxyImage = $"""
        {Debian}
        USER haproxy
        """;

    /// <summary>Debian's Prometheus, started as that of the official image is.</summary>
    private const string PrometheusImage = $"""
        {Debian}
        LABEL {Label}=prometheus
        USER nobody
        EXPOSE 9090
        ENTRYPOINT ["prometheus"]
        """;

    /// <summary>A web server of Grafana's port, user and writable folders; nothing of Grafana is in it.</summary>
    private const string GrafanaImage = $"""
        {Debian}
        RUN ln -s /bin/busybox /usr/local/bin/wget && mkdir /srv/page && echo "not Grafana" > /srv/page/index.html
        LABEL {Label}=grafana
        USER 472:0
        EXPOSE 3000
        ENTRYPOINT ["busybox", "httpd", "-f", "-p", "3000", "-h", "/srv/page"]
        """;

    // Once for all tests. The build's own network cannot always reach the package registry; the host's can wherever this test was restored.
    private static readonly Lazy<Task> SinkBuild = new(() => RunAsync("build", "--network", "host", "--tag", Sink, RepositoryRoot.Path));
    private static readonly Lazy<Task> HaproxyBuild = new(() => BuildAsync(Haproxy, HaproxyImage));

    /// <summary>Builds the image; skips the test where there is no Docker.</summary>
    public static async Task BuildSinkAsync()
    {
        await Requirement.DockerAsync();
        await SinkBuild.Value;
    }

    public static Task BuildHaproxyAsync() => HaproxyBuild.Value;

    /// <summary>Sees to it that there is a Prometheus or Grafana under the image's own name: the real one where this machine has it, else a stand-in.</summary>
    /// <returns>Whether it is a stand-in, whose name is to be taken away again when the test ends.</returns>
    public static async Task<bool> StandInAsync(string image)
    {
        var there = await Tool.RunAsync("docker", ["image", "inspect", "--format", $"{{{{index .Config.Labels \"{Label}\"}}}}", image]);
        if (there.ExitCode == 0 && there.Output.Trim().Length == 0)
        {
            return false;
        }

        var program = image.Split('/', ':')[1];
        var own = $"{Sink}-{program}";
        await BuildAsync(own, program == "grafana" ? GrafanaImage : PrometheusImage);
        await RunAsync("tag", own, image);
        return true;
    }

    /// <summary>Runs docker.</summary>
    public static async Task<ToolResult> RunAsync(params IEnumerable<string> arguments)
    {
        var result = await Tool.RunAsync("docker", arguments, timeout: TimeSpan.FromMinutes(20));
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }

    /// <summary>Asks again until the answer is the one that is waited for.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isGood)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            var answer = await ask();
            if (isGood(answer))
            {
                return answer;
            }

            limit.IsCancellationRequested.ShouldBeFalse($"the last answer was {answer}");
            await Task.Delay(100);
        }
    }

    private static async Task BuildAsync(string tag, string dockerfile)
    {
        var result = await Tool.RunAsync("docker", ["build", "--network", "host", "--tag", tag, "-"], input: dockerfile, timeout: TimeSpan.FromMinutes(20));
        result.ExitCode.ShouldBe(0, result.ToString());
    }
}
