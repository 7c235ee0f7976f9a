using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>What docker/redirect.sh is told, and what it refuses to be told.</summary>
public sealed class RedirectWordsTests
{
    [Fact]
    public async Task The_commands_that_are_shown_are_those_that_it_runs()
    {
        var dry = await Tool.RunAsync("bash", ["-c", $"{RedirectHost.Script} up --dry-run --tool iptables -4 --uid 102"], folder: RepositoryRoot.Path);

        string.Join('\n', dry.Output.Split('\n').Where(line => !line.StartsWith('#'))).ShouldBe(PageText.Deployment.Block("iptables -w -t nat -N"));
    }

    [Fact]
    public async Task The_commands_that_are_shown_divert_and_are_taken_away_by_hand_or_by_the_script()
    {
        await using var host = await RedirectHost.CreateAsync();
        await using var sink = await RedirectHost.StartSinkAsync(host);
        var before = await RedirectHost.TablesAsync(host);

        foreach (var end in new[] { PageText.Deployment.Block("iptables -w -t nat -D"), $"cd {RepositoryRoot.Path} && {RedirectHost.Script} down" })
        {
            await host.RunAsync(PageText.Deployment.Block("iptables -w -t nat -N"));
            (await RedirectHost.BannerAsync(host, "198.51.100.7", "setpriv --reuid 102 --clear-groups")).ShouldStartWith("220 sink.test ");
            (await RedirectHost.BannerAsync(host, "198.51.100.7")).ShouldBeEmpty();
            await host.RunAsync(end);
            (await RedirectHost.TablesAsync(host)).ShouldBe(before);
        }
    }

    [Theory]
    [InlineData("", "up, down or status?")]
    [InlineData("up --bogus", "unknown option --bogus")]
    [InlineData("up down", "up and down at once")]
    [InlineData("up --exclude", "--exclude needs a value")]
    [InlineData("up --exclude example.com", "--exclude example.com: that is no network")]
    [InlineData("up --exclude 192.0.2.256", "--exclude 192.0.2.256: that is no network")]
    [InlineData("up --exclude 192.0.2.0/33", "--exclude 192.0.2.0/33: that is no network")]
    [InlineData("up --to 0", "--to 0: a port is a number from 1 to 65535")]
    [InlineData("up --to host:25", "--to host:25: an address is 192.0.2.1:2525 or [2001:db8::1]:2525")]
    [InlineData("up --to 25 --to 192.0.2.1:25", "--to names both a port of this host and an address")]
    [InlineData("up -6 --to 192.0.2.1:25", "--to names no address of that family")]
    [InlineData("up -4 -6", "-4 and -6 at once: leave both out")]
    [InlineData("up --port 70000", "--port 70000: a port is a number from 1 to 65535")]
    [InlineData("up --port 025", "--port 025: a port is a number from 1 to 65535")]
    [InlineData("up --to localhost", "--to localhost: a port is a number from 1 to 65535")]
    [InlineData("up --to '127.0.0.1: 25'", "--to 127.0.0.1: 25: a port is a number from 1 to 65535")]
    [InlineData("up --exclude 010.0.0.1", "--exclude 010.0.0.1: that is no network")]
    [InlineData("up --exclude '192.0.2.0/24 '", "--exclude 192.0.2.0/24 : that is no network")]
    [InlineData("up --uid no-such-user", "there is no user no-such-user")]
    [InlineData("up --gateway eth0 --uid 0", "--gateway and a user at once: a forwarded connection has none here")]
    [InlineData("up --gateway 'eth0;'", "--gateway eth0;: that is no interface's name")]
    [InlineData("up --gateway eth+", "--gateway eth+: that is no interface's name")]
    [InlineData("up --gateway eth0 --to 127.0.0.2:25", "--gateway and a loopback address at once: the kernel drops what is forwarded there; give --to the port alone")]
    [InlineData("up --gateway eth0 --to [::1]:25", "--gateway and a loopback address at once: the kernel drops what is forwarded there; give --to the port alone")]
    [InlineData("up --tool ipfw", "--tool ipfw: it is one of nft iptables iptables-legacy")]
    public async Task A_wrong_word_is_named_and_ends_with_2(string arguments, string message)
    {
        var result = await Tool.RunAsync("bash", ["-c", $"docker/redirect.sh {arguments}"], folder: RepositoryRoot.Path);

        result.ToString().ShouldBe($"exit 2\n\nredirect.sh: {message} (redirect.sh --help lists the options)\n");
    }

    [Fact]
    public async Task An_interface_that_is_not_there_diverts_nothing_and_is_refused()
    {
        await using var host = await RedirectHost.CreateAsync();

        (await host.TryAsync($"{RedirectHost.Script} up --gateway eth7")).ToString().ShouldBe("exit 2\n\nredirect.sh: there is no interface eth7 on this host\n");
        (await host.TryAsync($"{RedirectHost.Script} up --gateway up0")).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    [InlineData("status")]
    public async Task It_needs_root(string action)
    {
        Requirement.Root();
        var script = await File.ReadAllTextAsync(RepositoryRoot.Combine("docker", "redirect.sh"), TestContext.Current.CancellationToken);

        var result = await Tool.RunAsync("setpriv", ["--reuid", "65534", "--clear-groups", "bash", "-s", action], input: script, folder: "/");

        result.ToString().ShouldBe("exit 2\n\nredirect.sh: only root may look at the kernel's rules or change them\n");
    }
}
