using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Docker;

/// <summary>The image and the compose file as a user has them: build, up, edit the mounted policy, see the replies change, down.</summary>
public sealed partial class DockerComposeTests : IDisposable
{
    private const string Image = "smartsink-end-to-end";

    private readonly TemporaryFolder _project = new();
    private readonly string _projectName = $"smartsinktest{Environment.ProcessId}";
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal)
    {
        ["SMARTSINK_IMAGE"] = Image,
        ["SMARTSINK_SMTP_PORT"] = "0",
        ["SMARTSINK_HTTP_PORT"] = "0",
    };

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task The_image_serves_by_the_mounted_policy_and_follows_its_edits()
    {
        Requirement.Programs("docker-compose");
        await Requirement.DockerAsync();

        // The build's own network cannot always reach the package registry; the host's can wherever this test was restored.
        await DockerAsync("build", "--network", "host", "--tag", Image, RepositoryRoot.Path);
        await CopyComposeProjectAsync();
        try
        {
            await ComposeAsync("up", "--detach");
            var smtp = await PublishedPortAsync(2525);
            var http = await PublishedPortAsync(8000);
            await WaitForHealthyAsync();

            (await AnswerAsync(smtp, "tempfail@gmail.com")).ShouldStartWith("4");
            (await AnswerAsync(smtp, "permfail@yahoo.com")).ShouldStartWith("5");
            (await AnswerAsync(smtp, "250-anyone@gmail.com")).ShouldStartWith("250 ");

            await EditPolicyAsync("550 5.1.1 edited on the host");
            await WaitForAnswerAsync(smtp, "permfail@edited.example", "550 5.1.1 edited on the host");

            var metrics = await MetricsScrape.FetchAsync(new Uri($"http://127.0.0.1:{http}/metrics"));
            metrics.Sum("smartsink_policy_reloads_total", ("result", "applied")).ShouldBe(1);
            metrics.Sum("smartsink_recipients_total", ("domain", "gmail.com"), ("outcome", "tempfail")).ShouldBe(1);
            metrics.Sum("smartsink_recipients_total", ("domain", "yahoo.com"), ("outcome", "permfail")).ShouldBe(1);

            var container = (await ComposeAsync("ps", "--quiet")).Output.Trim();
            var check = ReadmeText.Command("docker compose run --rm smartsink check ").Split(' ');
            (await ComposeAsync(check[2..])).Output.ShouldContain("0 errors, 0 warnings");
            (await DockerAsync("inspect", "--format", "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}", container)).Output.Trim().ShouldBe("1654:1654 true");

            await ComposeAsync("stop");
            (await DockerAsync("inspect", "--format", "{{.State.ExitCode}}", container)).Output.Trim().ShouldBe("0");
        }
        finally
        {
            await ComposeAsync("logs", "--no-color");
            await ComposeAsync("down", "--volumes");
        }
    }

    [GeneratedRegex(@":(\d+)\s*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PortAtEnd();

    private static async Task<ToolResult> DockerAsync(params string[] arguments)
    {
        var result = await Tool.RunAsync("docker", arguments, timeout: TimeSpan.FromMinutes(10));
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }

    /// <summary>The reply that decides about one recipient, at RCPT or at end of data, on a connection of its own.</summary>
    private static async Task<string> AnswerAsync(int port, string recipient)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream());
        await using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        var reply = await ReadReplyAsync(reader);
        foreach (var command in new[] { "EHLO client.test", "MAIL FROM:<a@client.test>", $"RCPT TO:<{recipient}>", "DATA", "." })
        {
            if (reply[0] is not ('2' or '3'))
            {
                return reply;
            }

            await writer.WriteLineAsync(command);
            reply = await ReadReplyAsync(reader);
        }

        return reply;
    }

    /// <summary>The last line of one reply.</summary>
    private static async Task<string> ReadReplyAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length < 4 || line[3] != '-')
            {
                return line;
            }
        }

        throw new IOException("the sink closed the connection");
    }

    private static async Task WaitForAnswerAsync(int port, string recipient, string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await AnswerAsync(port, recipient) != expected)
        {
            await Task.Delay(50, limit.Token);
        }
    }

    private async Task CopyComposeProjectAsync()
    {
        var copy = await Tool.RunAsync("cp", ["-r", RepositoryRoot.Combine("docker-compose.yml"), RepositoryRoot.Combine("policy"), _project.Path]);
        copy.ExitCode.ShouldBe(0, copy.ToString());

        // The container's user is not root: it reads the policy as "others", as it does in a checkout.
        (await Tool.RunAsync("chmod", ["-R", "a+rX", _project.Path])).ExitCode.ShouldBe(0);
    }

    private async Task<ToolResult> ComposeAsync(params string[] arguments)
    {
        var result = await Tool.RunAsync(
            "docker-compose", ["--project-name", _projectName, .. arguments], environment: _environment, folder: _project.Path);
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }

    private async Task<int> PublishedPortAsync(int port) =>
        int.Parse(PortAtEnd().Match((await ComposeAsync("port", "smartsink", $"{port}")).Output).Groups[1].Value);

    private async Task WaitForHealthyAsync()
    {
        var container = (await ComposeAsync("ps", "--quiet")).Output.Trim();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await DockerAsync("inspect", "--format", "{{.State.Health.Status}}", container)).Output.Trim() != "healthy")
        {
            await Task.Delay(200, limit.Token);
        }
    }

    private Task EditPolicyAsync(string reply) =>
        File.AppendAllTextAsync(
            _project.Combine("policy", "responses.toml"),
            $"""

            [[bounce."edited.example"]]
            code = {reply[..3]}
            msg = "{reply[4..]}"

            """);
}
