using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>The image, built, and the compose file with the policy beside it, as a user has them, in a project of the test's own.</summary>
internal sealed partial class ComposeProject : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal)
    {
        ["SMARTSINK_IMAGE"] = DockerEngine.Sink,
        ["SMARTSINK_SMTP_PORT"] = "0",
        ["SMARTSINK_HTTP_PORT"] = "0",
        ["SMARTSINK_PROMETHEUS_PORT"] = "0",
        ["SMARTSINK_GRAFANA_PORT"] = "0",
    };
    private readonly List<string> _standIns = [];

    private ComposeProject()
    {
    }

    /// <summary>What compose puts before the names of networks and containers.</summary>
    public string Name { get; } = $"smartsinktest{Environment.ProcessId}";

    /// <summary>The page that the sink's container sees.</summary>
    public string PolicyFile => _folder.Combine("policy", "responses.toml");

    /// <summary>Builds the image and lays the project out; skips the test where there is no Docker.</summary>
    public static async Task<ComposeProject> CreateAsync()
    {
        Requirement.Programs("docker-compose");
        await DockerEngine.BuildSinkAsync();
        var project = new ComposeProject();
        await project.CopyAsync();
        return project;
    }

    /// <summary>Gives the images of others that the file names, where this machine has none of them, to stand-ins until the test ends.</summary>
    public async Task StandInAsync()
    {
        foreach (Match image in OthersImage().Matches(await File.ReadAllTextAsync(_folder.Combine("docker-compose.yml"))))
        {
            if (await DockerEngine.StandInAsync(image.Groups[1].Value))
            {
                _standIns.Add(image.Groups[1].Value);
            }
        }
    }

    /// <summary>Runs docker-compose.</summary>
    public async Task<ToolResult> RunAsync(params IEnumerable<string> arguments)
    {
        var result = await Tool.RunAsync(
            "docker-compose", ["--project-name", Name, .. arguments], environment: _environment, folder: _folder.Path);
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }

    /// <summary>The id of the sink's container; a line for each where there are several.</summary>
    public async Task<string> SinkContainerAsync() => (await RunAsync("ps", "--quiet", "smartsink")).Output.Trim();

    /// <summary>The host's port behind which one of a service's stands.</summary>
    /// <param name="port">The service's.</param>
    /// <param name="index">Which of several containers, from 1.</param>
    /// <param name="service">Its name in the compose file.</param>
    public async Task<int> PublishedPortAsync(int port, int index = 1, string service = "smartsink") =>
        int.Parse(PortAtEnd().Match((await RunAsync("port", "--index", $"{index}", service, $"{port}")).Output).Groups[1].Value);

    /// <summary>Waits until the command of the image's health check succeeds; an engine before 25 runs it after 30 s for the first time.</summary>
    public async Task WaitForHealthyAsync()
    {
        foreach (var container in (await SinkContainerAsync()).Split('\n'))
        {
            await DockerEngine.UntilAsync(async () => (await Tool.RunAsync("docker", ["exec", container, "/opt/smartsink/smartsink", "health"])).ExitCode, code => code == 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("--profile", "monitoring", "--profile", "load", "down", "--volumes");
        foreach (var image in _standIns)
        {
            await DockerEngine.RunAsync("rmi", image);
        }

        _folder.Dispose();
    }

    [GeneratedRegex(@":(\d+)\s*$", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex PortAtEnd();

    [GeneratedRegex(@"image: \$\{\w+:-(\w+/[^}]+)\}", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex OthersImage();

    private async Task CopyAsync()
    {
        var copy = await Tool.RunAsync("cp", ["-r", RepositoryRoot.Combine("docker-compose.yml"), RepositoryRoot.Combine("policy"), RepositoryRoot.Combine("docker"), _folder.Path]);
        copy.ExitCode.ShouldBe(0, copy.ToString());

        // The container's user is not root: it reads the policy as "others", as it does in a checkout.
        (await Tool.RunAsync("chmod", ["-R", "a+rX", _folder.Path])).ExitCode.ShouldBe(0);
    }
}
