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

    /// <summary>A Prometheus that is started as its official image is, from Debian.</summary>
    public const string Prometheus = "smartsink-end-to-end-prometheus";

    private const string HaproxyImage = """
        FROM debian:bookworm-slim
        RUN apt-get update && apt-get install -y --no-install-recommends haproxy && rm -rf /var/lib/apt/lists/*
        USER haproxy
        """;

    private const string PrometheusImage = """
        FROM debian:bookworm-slim
        RUN apt-get update && apt-get install -y --no-install-recommends prometheus && rm -rf /var/lib/apt/lists/*
        USER nobody
        EXPOSE 9090
        ENTRYPOINT ["prometheus"]
        """;

    /// <summary>Builds the image; skips the test where there is no Docker.</summary>
    public static async Task BuildSinkAsync()
    {
        await Requirement.DockerAsync();

        // The build's own network cannot always reach the package registry; the host's can wherever this test was restored.
        await RunAsync("build", "--network", "host", "--tag", Sink, RepositoryRoot.Path);
    }

    public static Task BuildHaproxyAsync() => BuildAsync(Haproxy, HaproxyImage);

    public static Task BuildPrometheusAsync() => BuildAsync(Prometheus, PrometheusImage);

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
