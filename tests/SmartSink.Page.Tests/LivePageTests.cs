using System.Text.Json.Nodes;
using static Microsoft.Playwright.Assertions;

namespace SmartSink.Page.Tests;

/// <summary>What the first screen shows.</summary>
public sealed class LivePageTests(Browser browser)
{
    [Fact]
    public async Task The_first_screen_shows_what_the_api_says()
    {
        await using var sink = await FakeSink.StartAsync();
        sink.Stats = () =>
        {
            var stats = Samples.Stats();
            stats["warnings"] = new JsonArray("The last reload was rejected: mend policy/responses.toml(12,10)");
            return stats;
        };
        await using var visit = await browser.OpenAsync(sink.Url);

        await Expect(visit["#messages"]).ToHaveTextAsync("1,204");
        await Expect(visit["#connections"]).ToHaveTextAsync("50");
        await Expect(visit["#policy-hash"]).ToHaveTextAsync("8f3a91c2d07b");
        await Expect(visit["#policy-age"]).ToHaveTextAsync("12 min old");
        await Expect(visit["#warnings li"]).ToHaveTextAsync(["The last reload was rejected: mend policy/responses.toml(12,10)"]);
        await Expect(visit["#legend .tempfail .muted"]).ToHaveTextAsync("371,204 in all");
        await Expect(visit["#domains tbody tr"]).ToHaveCountAsync(7);
        await Expect(visit.Row("domains", "hotmail.com").Locator("td").Nth(0)).ToHaveTextAsync("171");
        await Expect(visit.Row("domains", "hotmail.com").Locator(".tempfail")).ToHaveTextAsync("7.8 / 8");
        await Expect(visit.Row("domains", "hotmail.com").Locator(".reply")).ToContainTextAsync("550 5.7.1 Unfortunately");
        await Expect(visit["#overrides-empty"]).ToBeVisibleAsync();
        await Expect(visit["#chart canvas"]).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_chart_has_the_history_of_ten_minutes_and_arrow_keys_read_it()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(sink.Url, script: "const now = Date.now; Date.now = () => now() - 3_600_000;");
        await visit.UpdatedAsync();

        await visit["#chart"].FocusAsync();
        await visit.Page.Keyboard.PressAsync("Home");

        await Expect(visit["#legend .when"]).ToContainTextAsync("at ");
        await Expect(visit["#legend .accepted b"]).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^[1-9][0-9,]*/s$"));
        sink.History.First().ShouldBe(600);
        sink.History.Skip(1).ShouldAllBe(seconds => seconds >= 2 && seconds < 600);
    }

    [Fact]
    public async Task Text_from_clients_is_text()
    {
        const string Hostile = "<img src=x onerror=document.title='taken'>";
        await using var sink = await FakeSink.StartAsync();
        sink.Stats = () => Samples.Stats(new JsonArray(Samples.Domain(Hostile, 5, 1, 1, 1, (550, Hostile, $"550 5.1.1 {Hostile}"))));
        sink.Senders = new JsonObject { ["senders"] = new JsonArray(), ["left_out"] = 0 };
        sink.Explanation = new JsonObject { ["text"] = Hostile, ["recipient"] = Hostile, ["replies"] = new JsonArray(Hostile) };
        sink.AddOverride(new JsonObject { ["match"] = new JsonObject { ["domain"] = Hostile }, ["do"] = new JsonObject { ["defer"] = 100 }, ["name"] = Hostile }, seconds: 300);
        await using var visit = await browser.OpenAsync(sink.Url);
        sink.Publish("refusal", Samples.Refusal($"\"{Hostile}\"@gmail.com", sender: $"{Hostile}@example.com", reply: $"550 5.1.1 {Hostile}\n<script>document.title='taken'</script>"));

        await Expect(visit["#tail tbody tr"]).ToContainTextAsync($"\"{Hostile}\"@gmail.com");
        await Expect(visit["#tail tbody tr .text"]).ToContainTextAsync("<script>");
        await Expect(visit["#overrides tbody tr"]).ToContainTextAsync(Hostile);
        await Expect(visit["#domains tbody tr"]).ToContainTextAsync(Hostile);
        await visit["#tab-try"].ClickAsync();
        await visit["#explain input[name=recipient]"].FillAsync(Hostile);
        await visit["#explain button"].ClickAsync();
        await Expect(visit["#explanation pre"]).ToHaveTextAsync(Hostile);
        await Expect(visit["#explanation dl"]).ToContainTextAsync(Hostile);

        (await visit.Page.Locator("img, main script, iframe").CountAsync()).ShouldBe(0);
        (await visit.Page.TitleAsync()).ShouldBe("SmartSink");
    }

    [Fact]
    public async Task The_tail_is_filtered_and_paused()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(sink.Url);
        foreach (var number in Enumerable.Range(1, 3))
        {
            sink.Publish("refusal", Samples.Refusal($"user{number}@gmail.com"));
        }

        sink.Publish("refusal", Samples.Refusal("anybody@yahoo.com", code: 421, label: "throttled", reply: "421 4.7.0 [TSS04] Messages temporarily deferred"));
        var rows = visit["#tail tbody tr"];
        await Expect(rows).ToHaveCountAsync(4);
        await Expect(rows.First).ToContainTextAsync("anybody@yahoo.com");

        await visit["#tail-filter"].FillAsync("tss04");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(visit["#tail-note"]).ToHaveTextAsync("1 of the last 4 match");
        await visit["#tail-filter"].FillAsync(string.Empty);
        await Expect(rows).ToHaveCountAsync(4);

        await visit["#pause"].ClickAsync();
        sink.Publish("refusal", Samples.Refusal("late@gmail.com"));
        await Expect(visit["#tail-note"]).ToHaveTextAsync("paused; 1 newer");
        await Expect(rows).ToHaveCountAsync(4);
        await visit["#pause"].ClickAsync();
        await Expect(rows.First).ToContainTextAsync("late@gmail.com");
        await Expect(rows).ToHaveCountAsync(5);
    }

    [Fact]
    public async Task What_was_left_out_of_the_events_is_said()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(sink.Url);
        sink.Publish("refusal", Samples.Refusal("user@gmail.com"));
        sink.Publish("sampled", new JsonObject { ["left_out"] = 1500 });
        sink.Publish("sampled", new JsonObject { ["left_out"] = 500 });
        await Expect(visit["#tail-note"]).ToHaveTextAsync("2,000 events were left out: more than 1,000 a second");
    }

    [Fact]
    public async Task A_filter_finds_a_domain_that_is_not_among_the_busiest()
    {
        var all = Enumerable.Range(0, 1000).Select(index => Samples.Domain($"d{index:000}.example", 1000 - index, 5, 5, 5)).ToList();
        await using var sink = await FakeSink.StartAsync();
        sink.Stats = () => Samples.Stats([.. all.Select(each => each.DeepClone())]);
        await using var visit = await browser.OpenAsync(sink.Url);
        await Expect(visit["#domains tbody tr"]).ToHaveCountAsync(200);
        await Expect(visit["#domains-note"]).ToHaveTextAsync("the busiest 200; 800 more");

        await visit["#domains-filter"].FillAsync("D987");
        await Expect(visit["#domains tbody tr"]).ToHaveCountAsync(1);
        await Expect(visit["#domains tbody th"]).ToContainTextAsync("d987.example");
        sink.Queries.ShouldContain("?domains=1000");
        sink.Queries.ShouldContain("?domains=200");
    }

    [Fact]
    public async Task A_hidden_tab_asks_for_nothing_and_catches_up()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(sink.Url);
        await visit.UpdatedAsync();
        sink.Followers.ShouldBe(1);

        await visit.Page.EvaluateAsync(
            """
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => window.away ?? true });
            document.dispatchEvent(new Event('visibilitychange'));
            """);
        await Visit.UntilAsync(() => Task.FromResult(sink.Followers == 0));
        sink.Publish("refusal", Samples.Refusal("unseen@gmail.com"));

        // One update may be under way; after it there is none, for twice as long as one takes to come.
        await Visit.UntilAsync(async () =>
        {
            var before = sink.Reads["/api/v1/stats"];
            await visit.Page.EvaluateAsync("new Promise(done => setTimeout(done, 2000))");
            return sink.Reads["/api/v1/stats"] == before;
        });

        await visit.Page.EvaluateAsync("window.away = false; document.dispatchEvent(new Event('visibilitychange'));");
        await Expect(visit["#tail tbody tr"]).ToContainTextAsync("unseen@gmail.com");
        await Visit.UntilAsync(() => Task.FromResult(sink.Followers == 1));
    }

    [Fact]
    public async Task A_sink_that_has_gone_is_told()
    {
        Visit visit;
        await using (var sink = await FakeSink.StartAsync())
        {
            visit = await browser.OpenAsync(sink.Url);
            await visit.UpdatedAsync();
        }

        await using (visit)
        {
            await Expect(visit["#warnings li"]).ToContainTextAsync("The sink has not answered for");
        }
    }
}
