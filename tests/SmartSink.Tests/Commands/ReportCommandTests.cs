using System.Text.Json;
using System.Xml.Linq;
using SmartSink.Testing;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Commands;

/// <summary><c>smartsink report</c> and <c>smartsink ledger</c> against a running sink.</summary>
public sealed class ReportCommandTests
{
    private const string Policy = "[domain.\"gone.example\"]\nbounce = 100\n";

    [Fact]
    public async Task A_build_fails_by_the_rule_that_it_names()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        (await sink.RunAsync("ledger")).ShouldBe((0, "The ledger is off: what senders do is not recorded\n", string.Empty));
        var (code, output, error) = await sink.RunAsync("report");
        (code, output).ShouldBe((1, string.Empty));
        error.ShouldContain("says 409 Conflict: The ledger is off, so nothing is known about senders: start it with PUT /api/v1/ledger {\"on\": true}, smartsink ledger on or SINK_LEDGER=on, and then send mail");

        (await sink.RunAsync("ledger", "on")).Output.ShouldStartWith("The ledger is on: senders 0, runs 0, memory ");
        (code, output, error) = await sink.RunAsync("report", "--fail-on", "no-retry-after-5xx");
        output.ShouldContain("No sender to report on");
        (code, error).ShouldBe((0, "no-retry-after-5xx was not seen: nothing happened that it could be judged by, which is not a failure\n"));

        await TryTwiceAsync(sink);
        (code, output, error) = await sink.RunAsync("report", "--fail-on", "no-retry-after-5xx,classification");
        code.ShouldBe(1);
        output.ShouldContain("Grade F  127.0.0.1/32\n");
        output.ShouldNotContain('\e');
        error.ShouldMatch("^no-retry-after-5xx failed for 127.0.0.1/32: .*\nclassification was not seen: .*\n$");
        (await sink.RunAsync("report", "--fail-on", "classification")).Code.ShouldBe(0);
        (await sink.RunAsync("report")).ShouldSatisfyAllConditions(run => run.Code.ShouldBe(0), run => run.Error.ShouldBeEmpty());

        (await sink.RunAsync("report", "--client", "192.0.2.0/24", "--run", "r2", "--since", "1h")).Output.ShouldContain("No sender to report on");
        (await sink.RunAsync("ledger", "clear")).Output.ShouldStartWith("The ledger is on: senders 0");
        (await sink.RunAsync("ledger", "off")).Output.ShouldStartWith("The ledger is off");
    }

    [Fact]
    public async Task Each_format_is_written_to_the_terminal_or_a_file()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        await sink.RunAsync("ledger", "on");
        await TryTwiceAsync(sink);
        JsonDocument.Parse((await sink.RunAsync("report", "--format", "json")).Output).RootElement.GetProperty("senders").GetArrayLength().ShouldBe(1);
        (await sink.RunAsync("report", "--format", "html")).Output.ShouldStartWith("<!DOCTYPE html>");
        using var folder = new TemporaryFolder();
        var file = folder.Combine("report.xml");
        (await sink.RunAsync("report", "--format", "junit", "--output", file)).ShouldBe((0, string.Empty, string.Empty));
        XDocument.Load(file).Root!.Name.LocalName.ShouldBe("testsuites");
        var (code, _, error) = await sink.RunAsync("report", "--output", folder.Combine("nowhere", "report.txt"));
        code.ShouldBe(1);
        error.ShouldStartWith("--output: ");
    }

    [Fact]
    public async Task A_log_of_the_sender_is_judged()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        await sink.RunAsync("ledger", "on");
        await TryTwiceAsync(sink);
        using var folder = new TemporaryFolder();
        var log = folder.Write("log.jsonl", "{\"recipient\":\"x@gone.example\",\"class\":\"unknown_user\"}\n");
        (await sink.RunAsync("report", "--classified", log)).Output.ShouldMatch("(pass|warn|fail) +classification ");
        var (code, _, error) = await sink.RunAsync("report", "--classified", folder.Write("bad.jsonl", "no\n"));
        code.ShouldBe(2);
        error.ShouldContain("1");
        (await sink.RunAsync("report", "--classified", folder.Combine("nothing"))).ShouldSatisfyAllConditions(run => run.Code.ShouldBe(2), run => run.Error.ShouldStartWith("--classified: "));
    }

    [Fact]
    public async Task Mistakes_name_their_options()
    {
        await using var sink = await RunningSink.StartAsync();
        await sink.RunAsync("ledger", "on");
        (await sink.RunAsync("report", "--fail-on", "backs-of,no-loss", "--format", "htm")).ShouldBe(
            (2, string.Empty, "--format: \"htm\" is none of text, json, html, junit, did you mean \"html\"?\n--fail-on: there is no rule \"backs-of\", did you mean \"backs-off\"?\n"));
        (await sink.RunAsync("report", "--client", "x", "--since", "soon")).ShouldBe(
            (2, string.Empty, "--client: \"x\" is not an address or a network such as 192.0.2.0/24\n--since: \"soon\" is not a length of time such as 90s, 10m or 2h\n"));
        (await sink.RunAsync("ledger", "onn")).ShouldBe((2, string.Empty, "ledger: \"onn\" is none of on, off and clear, did you mean \"on\"?\n"));
    }

    private static async Task TryTwiceAsync(RunningSink sink)
    {
        for (var time = 0; time < 2; time++)
        {
            using var client = await sink.ConnectAsync();
            await client.SayAsync("EHLO client.example");
            await client.SayAsync("MAIL FROM:<a+r1/0@sender.example>");
            (await client.SayAsync("RCPT TO:<x@gone.example>")).ShouldStartWith("550 ");
            await client.SayAsync("QUIT");
        }
    }
}
