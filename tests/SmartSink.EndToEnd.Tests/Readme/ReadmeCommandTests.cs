using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Readme;

/// <summary>The commands that a stranger tries first, as they stand in the README.</summary>
public sealed class ReadmeCommandTests
{
    [Fact]
    public async Task The_sink_runs()
    {
        var command = PageText.Readme.Command("dotnet run ").Split(' ');

        // Two other ports and folders than the README's, so that a sink beside the test is not in the way; the policy is the shipped one.
        await using var sink = await SinkProcess.StartAsync(
            string.Empty,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_DATA"] = string.Empty },
            command);

        var metrics = await sink.MetricsAsync();
        metrics.Sum("smartsink_policy_entries").ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData("check policy/responses.toml", "1 policy checked: 0 errors, 0 warnings")]
    [InlineData("explain someone@corp.example", "corp.example has no entry: [default] and \"*\" apply")]
    public async Task A_policy_is_checked_and_explained(string arguments, string expected)
    {
        var line = PageText.Readme.Command("dotnet run -c Release --project src/SmartSink -- " + arguments);
        PageText.Policy.Command("$ " + line).ShouldBe("$ " + line);
        var command = line.Split(' ');

        var result = await Tool.RunAsync(command[0], command[1..], folder: RepositoryRoot.Path);

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Output.ShouldContain(expected);
    }

    [Fact]
    public async Task A_provider_is_turned_off_and_on_again()
    {
        await using var sink = await SinkProcess.StartAsync("[default]\n");

        (await RunAsync("override ")).ShouldContain("yahoo.com");
        (await SendAsync()).ShouldBeInRange(400, 499);

        await RunAsync("calm");
        (await SendAsync()).ShouldBe(250);

        async Task<int> SendAsync()
        {
            using var client = new SmtpClient();
            await client.ConnectAsync("127.0.0.1", sink.SmtpPort, SecureSocketOptions.None, TestContext.Current.CancellationToken);
            try
            {
                await client.SendAsync(
                    new MimeMessage([new MailboxAddress(string.Empty, "me@sender.example")], [new MailboxAddress(string.Empty, "somebody@yahoo.com")], "A test", new TextPart("plain")),
                    TestContext.Current.CancellationToken);
                return 250;
            }
            catch (SmtpCommandException refusal)
            {
                return (int)refusal.StatusCode;
            }
        }

        async Task<string> RunAsync(string arguments)
        {
            // Another port than the README's, so that a sink beside the test is left alone.
            var command = PageText.Readme.Command("dotnet run -c Release --project src/SmartSink -- " + arguments).Split(' ');
            var result = await Tool.RunAsync(command[0], [.. command[1..], "--url", sink.Http.ToString()], folder: RepositoryRoot.Path);
            result.ExitCode.ShouldBe(0, result.ToString());
            return result.Output;
        }
    }

    [Fact]
    public async Task The_tests_run_in_a_container()
    {
        await Requirement.DockerAsync();
        var command = PageText.Readme.Command("docker build --no-cache -f docker/test.Dockerfile").Split(' ');

        // The build's own network cannot always reach the package registry; the host's can wherever this test was restored.
        var result = await Tool.RunAsync(command[0], [.. command[1..^1], "--network", "host", command[^1]], folder: RepositoryRoot.Path, timeout: TimeSpan.FromMinutes(30));

        result.ExitCode.ShouldBe(0, result.ToString());
        result.Output.ShouldNotContain("Failed!");
        result.Output.Split("Passed!").Length.ShouldBe(1 + TestProjects(), result.ToString());
    }

    /// <summary>All that the solution names but this one, which runs only when it is asked for.</summary>
    private static int TestProjects() =>
        File.ReadLines(Path.Combine(RepositoryRoot.Path, "SmartSink.sln"))
            .Count(line => line.StartsWith("Project(", StringComparison.Ordinal) && line.Contains(".Tests\",", StringComparison.Ordinal)) - 1;
}
