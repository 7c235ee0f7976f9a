namespace SmartSink.EndToEnd.Tests.Redirect;

/// <summary>docker/redirect.sh leaves a host's tables as they were, with each of the kernel's tools.</summary>
public sealed class RedirectStateTests
{
    [Theory]
    [MemberData(nameof(RedirectHost.Tools), MemberType = typeof(RedirectHost))]
    public async Task Up_refuses_to_run_twice_and_down_takes_away_what_up_added_and_no_more(string tool)
    {
        await using var host = await RedirectHost.CreateAsync();
        var before = await RedirectHost.TablesAsync(host);

        (await host.TryAsync($"{RedirectHost.Script} up --tool {tool}")).Output.ShouldStartWith($"diverted by {tool}");
        var once = await RedirectHost.TablesAsync(host);
        once.ShouldNotBe(before);
        foreach (var other in RedirectHost.Tools)
        {
            var again = await host.TryAsync($"{RedirectHost.Script} up --tool {other.Data}");
            again.ExitCode.ShouldBe(1);
            again.Error.ShouldStartWith("redirect.sh: the diversion is in force already");
        }

        (await RedirectHost.TablesAsync(host)).ShouldBe(once);

        (await host.TryAsync($"{RedirectHost.Script} down")).ToString().ShouldStartWith("exit 0\nthe diversion is taken away\n");
        (await RedirectHost.TablesAsync(host)).ShouldBe(before);
        (await host.TryAsync($"{RedirectHost.Script} down")).ToString().ShouldStartWith("exit 0\nnothing is diverted\n");
        (await host.TryAsync($"{RedirectHost.Script} status")).ToString().ShouldStartWith("exit 1\nnothing is diverted\n");
        (await RedirectHost.TablesAsync(host)).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(RedirectHost.Tools), MemberType = typeof(RedirectHost))]
    public async Task An_up_that_fails_half_way_leaves_nothing_behind(string tool)
    {
        await using var host = await RedirectHost.CreateAsync();
        var before = await RedirectHost.TablesAsync(host);

        // Only the kernel's tool sees that this is no address, and by then IPv4 is done.
        var result = await host.TryAsync($"{RedirectHost.Script} up --tool {tool} --exclude 2001:db8:::/32");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldStartWith("redirect.sh: failed, and nothing is left behind: ");
        (await RedirectHost.TablesAsync(host)).ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(RedirectHost.Tools), MemberType = typeof(RedirectHost))]
    public async Task A_dry_run_runs_nothing_and_explains_the_very_commands_that_up_and_down_run(string tool)
    {
        const string Options = "--exclude 203.0.113.0/24 --uid postfix --sink-uid daemon";
        await using var host = await RedirectHost.CreateAsync();
        var before = await RedirectHost.TablesAsync(host);

        var dry = await host.TryAsync($"{RedirectHost.Script} up --dry-run --tool {tool} {Options}");
        dry.ExitCode.ShouldBe(0, dry.ToString());
        (await RedirectHost.TablesAsync(host)).ShouldBe(before);
        var lines = dry.Output.TrimEnd().Split('\n');
        lines.Where((_, index) => index % 2 == 0).ShouldAllBe(line => line.StartsWith("# ", StringComparison.Ordinal) && line.EndsWith('.'));
        lines.Where((_, index) => index % 2 == 1).ShouldAllBe(line => line.Contains("smartsink", StringComparison.OrdinalIgnoreCase));

        await host.RunAsync(dry.Output);
        var byHand = await RedirectHost.TablesAsync(host);
        await host.RunAsync((await host.TryAsync($"{RedirectHost.Script} down --dry-run")).Output);
        (await RedirectHost.TablesAsync(host)).ShouldBe(before);
        await host.TryAsync($"{RedirectHost.Script} up --tool {tool} {Options}");
        (await RedirectHost.TablesAsync(host)).ShouldBe(byHand);
    }

    [Theory]
    [MemberData(nameof(RedirectHost.Tools), MemberType = typeof(RedirectHost))]
    public async Task What_a_killed_run_left_is_told_and_down_clears_it_away(string tool)
    {
        await using var host = await RedirectHost.CreateAsync();
        var before = await RedirectHost.TablesAsync(host);
        using var folder = new KillingTools();

        var told = false;

        // Each run is killed one call of the tool later than the last, until one comes to its end.
        for (var calls = 1; (await host.TryAsync(folder.Kill($"{RedirectHost.Script} up --tool {tool}", calls))).ExitCode != 0; calls++)
        {
            calls.ShouldBeLessThan(100);
            var status = await host.TryAsync($"{RedirectHost.Script} status");
            (status.ExitCode == 0).ShouldBe(
                !status.Output.StartsWith("nothing is diverted", StringComparison.Ordinal) && !status.Output.Contains("was cut off here", StringComparison.Ordinal),
                status.ToString());
            told |= status.Output.Contains("was cut off here", StringComparison.Ordinal);
            (await host.TryAsync($"{RedirectHost.Script} down")).ExitCode.ShouldBe(0);
            (await RedirectHost.TablesAsync(host)).ShouldBe(before);
        }

        told.ShouldBeTrue();
        (await host.TryAsync($"{RedirectHost.Script} status")).ExitCode.ShouldBe(0);
        for (var calls = 1; (await host.TryAsync(folder.Kill($"{RedirectHost.Script} down", calls))).ExitCode != 0; calls++)
        {
            calls.ShouldBeLessThan(100);
            (await host.TryAsync($"{RedirectHost.Script} down")).ExitCode.ShouldBe(0);
            (await RedirectHost.TablesAsync(host)).ShouldBe(before);
            (await host.TryAsync($"{RedirectHost.Script} up --tool {tool}")).ExitCode.ShouldBe(0);
        }

        (await RedirectHost.TablesAsync(host)).ShouldBe(before);
    }

    [Fact]
    public async Task Without_a_word_about_tools_a_host_with_empty_tables_has_empty_tables_afterwards()
    {
        Requirement.Programs("ip", "iptables", "nft");
        Requirement.Root();
        await using var host = await NetworkNamespace.CreateAsync();

        (await host.TryAsync($"sh {RedirectHost.Script} up")).ToString().ShouldStartWith("exit 0\ndiverted by nft;");
        (await host.TryAsync($"sh {RedirectHost.Script} down")).ExitCode.ShouldBe(0);

        (await host.RunAsync("nft list ruleset; iptables-save; ip6tables-save")).Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Status_says_which_family_is_not_diverted()
    {
        await using var host = await RedirectHost.CreateAsync();

        (await host.TryAsync($"{RedirectHost.Script} up --tool iptables -4")).ExitCode.ShouldBe(0);
        (await host.TryAsync($"{RedirectHost.Script} status")).Output.ShouldEndWith("\nIPv6: nothing is diverted\n");
        (await host.TryAsync($"{RedirectHost.Script} down && {RedirectHost.Script} up --tool nft -6")).ExitCode.ShouldBe(0);
        (await host.TryAsync($"{RedirectHost.Script} status")).Output.ShouldStartWith("IPv6, by nft:\n");
    }
}
