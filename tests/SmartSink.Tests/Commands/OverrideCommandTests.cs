using System.Globalization;
using SmartSink.Commands;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Commands;

/// <summary><c>smartsink override</c> and <c>smartsink calm</c> against a running sink.</summary>
public sealed class OverrideCommandTests
{
    [Fact]
    public async Task A_provider_is_turned_off_looked_at_and_calmed()
    {
        await using var sink = await RunningSink.StartAsync("[domain.\"yahoo.com\"]\nbounce = 0\n");
        (await sink.RunAsync("override", "yahoo.com", "--defer", "100", "--for", "5m")).ShouldBe((0, "1  defer 100 for yahoo.com  5m00s left, acted 0 times\n", string.Empty));
        (await sink.RunAsync("override", "*", "--reply", "451 4.7.1 Later", "--times", "3", "--client", "192.0.2.0/24", "--for", "2h", "--name", "a few"))
            .ShouldBe((0, "2  a few  2h00m left, acted 0 times of 3\n", string.Empty));
        using (var client = await sink.ConnectAsync())
        {
            await client.SayAsync("MAIL FROM:<me@sender.example>");
            (await client.SayAsync("RCPT TO:<a@yahoo.com>")).ShouldStartWith("451 ");
        }

        var (code, output, _) = await sink.RunAsync("override", "--list");
        (code, output.Split('\n').Length).ShouldBe((0, 3));
        output.ShouldMatch("^2  a few  .* left, acted 0 times of 3\n1  defer 100 for yahoo.com  .* left, acted 1 time\n$");
        (await sink.RunAsync("calm", "Yahoo.com")).ShouldBe((0, "1 override removed\n", string.Empty));
        (await sink.RunAsync("calm", "yahoo.com")).ShouldBe((1, string.Empty, "calm: no override names yahoo.com\n"));
        (await sink.RunAsync("calm", "1")).ShouldBe((1, string.Empty, "calm: there is no override 1\n"));
        (await sink.RunAsync("calm", "2")).ShouldBe((0, "1 override removed\n", string.Empty));
        (await sink.RunAsync("calm")).ShouldBe((0, "0 overrides removed\n", string.Empty));
    }

    [Fact]
    public async Task Each_form_is_sent()
    {
        await using var sink = await RunningSink.StartAsync();
        string[][] forms =
        [
            ["a.example", "b.example", "--bounce", "2.5%", "--defer", "0"], ["--recipient", "a@*", "--accept"], ["--sender", "", "--delay", "1s..3s", "--stage", "data"],
            ["--client", "192.0.2.7", "--fault", "hang", "--stage", "ehlo", "--share", "50"], ["a.example", "--fault", "accept-then-drop", "--when", "after"], ["a.example", "--reply", "550"],
        ];
        foreach (var form in forms)
        {
            (await sink.RunAsync(["override", .. form])).Code.ShouldBe(0, string.Join(' ', form));
        }

        (await sink.RunAsync("override", "--list")).Output.Split('\n').Select(line => line.Split("  ").ElementAtOrDefault(1)).ShouldBe(
        [
            "reply 550 for a.example", "accept-then-drop for a.example", "hang by 192.0.2.7 at ehlo", "delay 1s..3s from <> at data", "accept to a@*", "bounce 2.5, defer 0 for a.example, b.example", null,
        ]);
    }

    [Fact]
    public async Task Mistakes_name_their_options()
    {
        await using var sink = await RunningSink.StartAsync();
        (await sink.RunAsync("override", "a..b", "--defer", "60", "--bounce", "60", "--accept", "--client", "x", "--for", "25h")).ShouldBe((2, string.Empty,
            """
            DOMAIN: "a..b" is neither a domain name nor a pattern such as "*.example.com" or "example.*"
            --client: "x" is not a network such as 192.0.2.0/24 or 2001:db8::/32
            override: do mixes defer and bounce with accept; an override does one thing, but several can be in force at once
            override: bounce = 60 and defer = 60 add up to more than 100
            --for: for = "25h" is longer than 24h; a permanent change belongs in the policy's file

            """));
        (await sink.RunAsync("override", "--defer", "100")).ShouldBe((2, string.Empty, "override: name a domain (\"*\" for all), or give --recipient, --sender or --client\n"));
        (await sink.RunAsync("override", "a.example", "--deffer", "100")).Error.ShouldBe("override: unknown option --deffer, did you mean \"--defer\"?\n");
        (await sink.RunAsync("override", "a.example", "--defer", "lots")).Error.ShouldBe("--defer: not a percentage from 0 to 100\n");
        (await sink.RunAsync("override", "a.example", "--reply", "later")).Error.ShouldBe("--reply: not a reply such as \"451 4.7.1 Try again later\"\n");
    }

    [Fact]
    public async Task Without_a_sink_it_says_where_it_looked()
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        (await CommandLine.RunAsync(["calm", "--url", "http://127.0.0.1:1"], output, error)).ShouldBe(1);
        error.ToString().ShouldStartWith("no sink answers at http://127.0.0.1:1/api/v1/ (");
        error.ToString().ShouldEndWith("); use --url to name another\n");
    }
}
