using System.Net;
using System.Net.Sockets;
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

        (await AnswerAsync(smtp, "tempfail@gmail.com")).ShouldStartWith("4");
        (await AnswerAsync(smtp, "permfail@yahoo.com")).ShouldStartWith("5");
        (await AnswerAsync(smtp, "250-anyone@gmail.com")).ShouldStartWith("250 ");

        await EditPolicyAsync(project.PolicyFile, "550 5.1.1 edited on the host");
        await WaitForAnswerAsync(smtp, "permfail@edited.example", "550 5.1.1 edited on the host");

        var metrics = await MetricsScrape.FetchAsync(new Uri($"http://127.0.0.1:{http}/metrics"));
        metrics.Sum("smartsink_policy_reloads_total", ("result", "applied")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_total", ("domain", "gmail.com"), ("outcome", "tempfail")).ShouldBe(1);
        metrics.Sum("smartsink_recipients_total", ("domain", "yahoo.com"), ("outcome", "permfail")).ShouldBe(1);

        var container = await project.SinkContainerAsync();
        var check = PageText.Policy.Command("docker compose run --rm smartsink check ").Split(' ');
        (await project.RunAsync(check[2..])).Output.ShouldContain("0 errors, 0 warnings");
        (await ComposeProject.DockerAsync("inspect", "--format", "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}", container)).Output.Trim().ShouldBe("1654:1654 true");

        await project.RunAsync("stop");
        (await ComposeProject.DockerAsync("inspect", "--format", "{{.State.ExitCode}}", container)).Output.Trim().ShouldBe("0");
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
        (await ComposeProject.DockerAsync("network", "inspect", "--format", "{{.Internal}}", $"{project.Name}_load")).Output.Trim().ShouldBe("true");
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

    private static Task EditPolicyAsync(string policy, string reply) =>
        File.AppendAllTextAsync(
            policy,
            $"""

            [[bounce."edited.example"]]
            code = {reply[..3]}
            msg = "{reply[4..]}"

            """);
}
