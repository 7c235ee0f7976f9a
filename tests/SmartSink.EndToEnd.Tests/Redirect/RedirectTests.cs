using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>The README's line that turns a host's port 25 round to the sink, tried on a host of the test's own.</summary>
public sealed class RedirectTests
{
    private const string Policy = """
        [[bounce."gmail.com"]]
        code = 550
        msg = "5.1.1 nobody here of that name"
        """;

    [Fact]
    public async Task Connections_to_port_25_anywhere_reach_the_sink_and_the_line_is_taken_away_again()
    {
        Requirement.Programs("ip", "iptables", "ip6tables", "swaks");
        Requirement.Root();
        await using var host = await NetworkNamespace.CreateAsync();
        await using var sink = await SinkProcess.StartAsync(
            Policy,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_PORT"] = "2525", ["SINK_LISTEN"] = "*" },
            host.Inside(SinkProcess.OwnCommand));
        var line = PageText.Deployment.Command("iptables -t nat -A OUTPUT");

        await host.RunAsync(line);
        await host.RunAsync(line.Replace("iptables", "ip6tables", StringComparison.Ordinal).Replace("127.0.0.1:2525", PageText.Deployment.Command("[::1]:2525"), StringComparison.Ordinal));

        var swaks = host.Inside(["swaks", "--server", "203.0.113.25:25", "--helo", "client.test", "--from", "a@client.test", "--to", "permfail@gmail.com"]);
        var result = await Tool.RunAsync(swaks[0], swaks.Skip(1));
        result.Output.ShouldContain("<** 550 5.1.1 nobody here of that name");
        (await host.RunAsync("exec 3<>/dev/tcp/2001:db8:25::25/25 && head -1 <&3")).Output.ShouldStartWith("220 sink.test ");

        await host.RunAsync(line.Replace("-A OUTPUT", "-D OUTPUT", StringComparison.Ordinal));
        (await host.RunAsync("iptables -t nat -S")).Output.ShouldNotContain("DNAT");
    }

    [Theory]
    [InlineData("-m owner --uid-owner postfix")]
    [InlineData("! -d 192.0.2.0/24")]
    public async Task The_line_can_be_narrowed(string match)
    {
        Requirement.Programs("ip", "iptables", "postfix");
        Requirement.Root();
        await using var host = await NetworkNamespace.CreateAsync();

        await host.RunAsync(PageText.Deployment.Command("iptables -t nat -A OUTPUT").Replace("--dport 25", $"--dport 25 {PageText.Deployment.Command(match)}", StringComparison.Ordinal));

        (await host.RunAsync("iptables -t nat -S OUTPUT")).Output.ShouldContain("DNAT --to-destination 127.0.0.1:2525");
    }
}
