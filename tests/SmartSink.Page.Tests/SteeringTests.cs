using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SmartSink.Page.Tests;

/// <summary>What the page's buttons ask of the API.</summary>
public sealed class SteeringTests(Browser browser)
{
    [Theory]
    [InlineData("yahoo.com", "down for 5 min", """{"match":{"domain":"yahoo.com"},"do":{"bounce":0,"defer":100},"for":"5m","name":"yahoo.com: down for 5 min"}""")]
    [InlineData("yahoo.com", "defer 50 %", """{"match":{"domain":"yahoo.com"},"do":{"defer":50},"for":"5m","name":"yahoo.com: defer 50 %"}""")]
    [InlineData("yahoo.com", "throttle", """{"match":{"domain":"yahoo.com"},"do":{"reply":{"code":451,"msg":"4.7.1 Too much mail from your address, try again later"}},"share":50,"for":"5m","name":"yahoo.com: throttle"}""")]
    [InlineData("gmail.com", "throttle", """{"match":{"domain":"gmail.com"},"do":{"reply":{"code":421,"msg":"4.7.28 Our system has detected an unusual rate"}},"share":50,"for":"5m","name":"gmail.com: throttle"}""")]
    public async Task A_button_adds_an_override_and_calm_takes_it_away(string domain, string button, string body)
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(sink.Url);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = $"{domain}: {button}" }).ClickAsync();
        await Expect(visit.Row("overrides", $"{domain}: {button}")).ToBeVisibleAsync();
        sink.Writes.ShouldBe([$"POST /overrides {body}"]);
        await Expect(visit["#notice"]).ToContainTextAsync("It ends automatically after 5 min");
        await Expect(visit.Row("domains", domain).Locator(".badge")).ToHaveTextAsync("overridden");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = $"{domain}: calm" }).ClickAsync();
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(0);
        await Expect(visit["#overrides-empty"]).ToBeVisibleAsync();
        sink.Writes.ShouldContain("DELETE /overrides/1");
        await Expect(visit.Row("domains", domain).Locator(".badge")).ToHaveTextAsync(string.Empty);
    }

    [Fact]
    public async Task Overrides_show_their_time_left_are_removed_and_end_by_themselves()
    {
        await using var sink = await FakeSink.StartAsync();
        sink.AddOverride(Override("long", "gmail.com"), seconds: 299.4);
        sink.AddOverride(Override("other", "aol.com"), seconds: 500);
        await using var visit = await browser.OpenAsync(sink.Url);
        await Expect(visit.Row("overrides", "long")).ToContainTextAsync("domain gmail.com");
        await Expect(visit.Row("overrides", "long")).ToContainTextAsync(new Regex("[1-4] min"));
        await Expect(visit.Row("overrides", "long")).ToContainTextAsync("defer 100");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove other" }).ClickAsync();
        await Expect(visit.Row("overrides", "other")).ToHaveCountAsync(0);

        // Long enough to be seen on a machine that takes its time to show it.
        sink.AddOverride(Override("short", "yahoo.com"), seconds: 45);
        sink.Publish("override", new JsonObject { ["action"] = "added", ["override_id"] = "3", ["name"] = "short" });
        await Expect(visit.Row("overrides", "short")).ToBeVisibleAsync();
        await Expect(visit.Row("overrides", "short")).ToHaveCountAsync(0);

        await visit["#calm"].ClickAsync();
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(0);
        sink.Writes.ShouldBe(["DELETE /overrides/2", "DELETE /overrides"]);
    }

    [Fact]
    public async Task A_token_is_asked_for_once_and_kept_for_the_tab()
    {
        await using var sink = await FakeSink.StartAsync();
        sink.Token = "secret";
        await using var visit = await browser.OpenAsync(sink.Url);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "aol.com: down for 5 min" }).ClickAsync();
        await Expect(visit["#token-reason"]).ToHaveTextAsync("Changes need the token of SINK_API_TOKEN");
        await visit["#token-cancel"].ClickAsync();
        await Expect(visit["#notice"]).ToHaveTextAsync("Nothing was changed: Changes need the token of SINK_API_TOKEN");

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "aol.com: down for 5 min" }).ClickAsync();
        await visit["#token-value"].FillAsync("guess");
        await visit["#token-value"].PressAsync("Enter");
        await Expect(visit["#token-value"]).ToHaveValueAsync(string.Empty);
        await visit["#token-value"].FillAsync("secret");
        await visit["#token-value"].PressAsync("Enter");
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(1);

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "gmail.com: down for 5 min" }).ClickAsync();
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(2);
        await visit.Page.ReloadAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "aol.com: calm" }).ClickAsync();
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(1);
        (await visit.Page.EvaluateAsync<int>("localStorage.length")).ShouldBe(0);
    }

    [Fact]
    public async Task The_other_tabs_show_senders_explanations_and_mistakes_of_the_policy()
    {
        await using var sink = await FakeSink.StartAsync();
        sink.Explanation = new JsonObject { ["text"] = "user@gmail.com\n  entry    gmail.com", ["entry"] = "gmail.com", ["rates"] = new JsonObject { ["bounce"] = 3, ["defer"] = 12 }, ["replies"] = new JsonArray("421 4.7.28 Slow down", "550 5.1.1 No") };
        await using var visit = await browser.OpenAsync(sink.Url);

        await visit["#tab-senders"].ClickAsync();
        await Expect(visit.Row("senders-table", "192.0.2.11").Locator("td").Nth(4)).ToHaveTextAsync("612,844");
        await Expect(visit.Row("senders-table", "192.0.2.11")).ToContainTextAsync("5 min");

        await visit["#tab-try"].ClickAsync();
        await visit["#explain input[name=recipient]"].FillAsync(" user@gmail.com ");
        await visit["#explain input[name=client]"].FillAsync("192.0.2.1");
        await visit["#explain button"].ClickAsync();
        await Expect(visit["#explanation pre"]).ToHaveTextAsync("user@gmail.com\n  entry    gmail.com");
        await visit["#explanation summary"].ClickAsync();
        await Expect(visit["#explanation dl"].First).ToContainTextAsync("421 4.7.28 Slow down");

        await visit["#tab-policy"].ClickAsync();
        await Expect(visit["#reload-table tbody tr"]).ToHaveTextAsync(["policy/responses.toml(12,10): error: bounce: 101 is not a percentage from 0 to 100"]);
        await Expect(visit["#reload-told"]).ToContainTextAsync("was rejected: the previous policy stays in force.");
        await visit["#reload"].ClickAsync();
        await Expect(visit["#notice"]).ToHaveTextAsync("Reload: policy rejected");
        await visit["#check-text"].FillAsync("[default]\nbounce = 1\n  wrong = 2\n");
        await visit["#check button[type=submit]"].ClickAsync();
        await Expect(visit["#check-note"]).ToHaveTextAsync("Not valid: 1 error, 0 warnings");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "3:3" }).ClickAsync();
        (await visit.Page.EvaluateAsync<int>("document.activeElement.selectionStart")).ShouldBe("[default]\nbounce = 1\n  ".Length);
    }

    private static JsonObject Override(string name, string domain) =>
        new() { ["match"] = new JsonObject { ["domain"] = domain }, ["do"] = new JsonObject { ["defer"] = 100 }, ["name"] = name };
}
