using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using static Microsoft.Playwright.Assertions;

namespace SmartSink.Page.Tests;

/// <summary>The page of a sink that takes mail from traffic-gen.</summary>
public sealed class RealSinkTests(Browser browser)
{
    private const string Policy = """
        seed = 7
        [default]
        bounce = 5
        defer = 10
        [domain."yahoo.com"]
        bounce = 5
        defer = 20
        [domain."gmail.com"]
        [[bounce."*"]]
        code = 550
        msg = "5.1.1 <{recipient}> is not here"
        [[defer."*"]]
        code = 421
        msg = "4.7.28 Too much mail"
        close = false
        """;

    [Fact]
    public async Task After_a_run_of_traffic_gen_the_figures_are_those_of_the_api()
    {
        await using var sink = await SinkProcess.StartAsync(Policy);
        await using var visit = await browser.OpenAsync(sink.Http);
        await visit.UpdatedAsync();
        await SendAsync(sink, messages: 600);

        using var http = new HttpClient { BaseAddress = sink.Http };
        var stats = await http.GetFromJsonAsync<JsonElement>("/api/v1/stats", TestContext.Current.CancellationToken);
        var recipients = stats.GetProperty("recipients");
        foreach (var outcome in new[] { "accepted", "tempfail", "permfail" })
        {
            await Expect(visit[$"#legend .{outcome} .muted"]).ToHaveTextAsync($"{Number(recipients.GetProperty(outcome).GetProperty("total"))} in all");
        }

        foreach (var domain in stats.GetProperty("domains").EnumerateArray())
        {
            var row = visit.Row("domains", domain.GetProperty("domain").GetString()!);
            await Expect(row.Locator("td").Nth(1)).ToHaveTextAsync(Number(domain.GetProperty("recipients")));
            var expected = domain.GetProperty("expected");
            await Expect(row.Locator(".tempfail .muted")).ToHaveTextAsync(FormattableString.Invariant($"/ {expected.GetProperty("tempfail").GetDouble():0.#}"));
        }

        stats.GetProperty("domains").GetArrayLength().ShouldBeGreaterThanOrEqualTo(2);
        await Expect(visit["#policy-hash"]).ToHaveTextAsync(stats.GetProperty("policy").GetProperty("hash").GetString()![..12]);

        // The chart's seconds come to the same as the counters, once the last of them is over.
        await Visit.UntilAsync(async () =>
        {
            var history = await http.GetFromJsonAsync<JsonElement>("/api/v1/stats/history?seconds=600", TestContext.Current.CancellationToken);
            return history.GetProperty("tempfail").EnumerateArray().Sum(second => second.GetInt64()) == recipients.GetProperty("tempfail").GetProperty("total").GetInt64();
        });

        // What was refused is in the tail, as the sink told it.
        await visit["#tail-filter"].FillAsync("5.1.1");
        await Expect(visit["#tail tbody .text"].First).ToHaveTextAsync(new Regex("^550 5[.]1[.]1 <[^ ]+@(?:gmail|yahoo)[.]com> is not here$"));

        await visit["#tab-senders"].ClickAsync();
        var senders = await http.GetFromJsonAsync<JsonElement>("/api/v1/senders", TestContext.Current.CancellationToken);
        var sender = senders.GetProperty("senders")[0];
        await Expect(visit.Row("senders-table", "127.0.0.1").Locator("td").Nth(3)).ToHaveTextAsync(Number(sender.GetProperty("messages")));
        await Expect(visit.Row("senders-table", "127.0.0.1").Locator("td").Nth(5)).ToHaveTextAsync(Number(sender.GetProperty("refused")));
        await visit["#tab-try"].ClickAsync();
        await visit["#explain input[name=recipient]"].FillAsync("user@yahoo.com");
        await visit["#explain button"].ClickAsync();
        await Expect(visit["#explanation pre"]).ToContainTextAsync("yahoo.com");
        await visit["#tab-policy"].ClickAsync();
        await Expect(visit["#reload-told"]).ToHaveTextAsync("The files have not changed since the start.");
        await visit["#check-text"].FillAsync("[default]\nbounce = 101\n");
        await visit["#check button[type=submit]"].ClickAsync();
        await Expect(visit["#check-note"]).ToContainTextAsync("Not valid: 1 error");
    }

    [Fact]
    public async Task Down_for_5_min_defers_the_next_recipients_until_it_is_calm_and_a_short_one_ends_by_itself()
    {
        await using var sink = await SinkProcess.StartAsync("[default]\nbounce = 0\ndefer = 0\n[domain.\"yahoo.com\"]\n");
        await using var visit = await browser.OpenAsync(sink.Http);
        (await AnswerAsync(sink, "a@yahoo.com")).ShouldStartWith("250");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "yahoo.com: down for 5 min" }).ClickAsync();
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(1);
        (await AnswerAsync(sink, "b@yahoo.com")).ShouldStartWith("4");
        (await AnswerAsync(sink, "c@gmail.com")).ShouldStartWith("250");
        await Expect(visit["#tail tbody tr"].First).ToContainTextAsync("b@yahoo.com");

        // And why it is so.
        await visit["#tab-try"].ClickAsync();
        await visit["#explain input[name=recipient]"].FillAsync("b@yahoo.com");
        await visit["#explain button"].ClickAsync();
        await Expect(visit["#explanation .overrides"]).ToContainTextAsync("yahoo.com: down for 5 min: ");
        await visit["#tab-live"].ClickAsync();

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "yahoo.com: calm" }).ClickAsync();
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(0);
        (await AnswerAsync(sink, "d@yahoo.com")).ShouldStartWith("250");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "yahoo.com: throttle" }).ClickAsync();
        await Expect(visit.Row("overrides", "yahoo.com: throttle")).ToContainTextAsync("for 50 %");
        await visit["#calm"].ClickAsync();
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(0);

        // Long enough to be seen on a machine that takes its time to show it.
        using var http = new HttpClient { BaseAddress = sink.Http };
        using var added = await http.PostAsJsonAsync(
            "/api/v1/overrides", new { match = new { domain = "yahoo.com" }, @do = new { defer = 100 }, @for = "45s", name = "short" }, TestContext.Current.CancellationToken);
        added.EnsureSuccessStatusCode();
        await Expect(visit.Row("overrides", "short")).ToBeVisibleAsync();
        await Expect(visit.Row("overrides", "short")).ToHaveCountAsync(0);
        (await AnswerAsync(sink, "e@yahoo.com")).ShouldStartWith("250");
    }

    [Fact]
    public async Task A_hostile_local_part_is_text()
    {
        await using var sink = await SinkProcess.StartAsync("[default]\nbounce = 100\ndefer = 0\n");
        await using var visit = await browser.OpenAsync(sink.Http);
        const string Hostile = "\"<img src=x onerror=document.title=1>\"@gmail.com";
        (await AnswerAsync(sink, Hostile)).ShouldStartWith("5");
        await Expect(visit["#tail tbody tr"].First).ToContainTextAsync(Hostile);
        await Expect(visit["#tail-note"]).ToHaveTextAsync(string.Empty);
        (await visit.Page.Locator("img").CountAsync()).ShouldBe(0);
        (await visit.Page.TitleAsync()).ShouldBe("SmartSink");
    }

    /// <summary>The reply to one recipient, as a client that says what it is told hears it.</summary>
    private static async Task<string> AnswerAsync(SinkProcess sink, string recipient)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", sink.SmtpPort, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { NewLine = "\r\n", AutoFlush = true };
        await ReplyAsync(reader);
        foreach (var line in new[] { "HELO test.example", "MAIL FROM:<news@shop.example>" })
        {
            await writer.WriteLineAsync(line);
            (await ReplyAsync(reader)).ShouldStartWith("250");
        }

        await writer.WriteLineAsync($"RCPT TO:<{recipient}>");
        var answer = await ReplyAsync(reader);
        if (answer.StartsWith("250", StringComparison.Ordinal))
        {
            // Without its end of data it would have no outcome.
            await writer.WriteLineAsync("DATA");
            (await ReplyAsync(reader)).ShouldStartWith("354");
            await writer.WriteLineAsync("Subject: test\r\n\r\ntext\r\n.");
            answer = await ReplyAsync(reader);
        }

        return answer;
    }

    private static async Task<string> ReplyAsync(StreamReader reader)
    {
        string line;
        do
        {
            line = await reader.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new EndOfStreamException();
        }
        while (line.Length > 3 && line[3] == '-');
        return line;
    }

    private static async Task SendAsync(SinkProcess sink, int messages)
    {
        var program = BuiltProgram.Command("traffic-gen");
        using var folder = new TemporaryFolder();
        var run = await Tool.RunAsync(program[0],
            [
                .. program.Skip(1), "--target", $"localhost:{sink.SmtpPort}", "--verify", $"{sink.Http}", "--concurrency", "10", "--message-count", $"{messages}", "--keep-going", "--seed", "1",
                "--domain", "gmail.com:60", "--domain", "yahoo.com:40",
            ]);
        run.ExitCode.ShouldBe(0, run.ToString());
        run.Output.ShouldContain("both sides agree");
    }

    private static string Number(JsonElement value) => value.GetInt64().ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
}
