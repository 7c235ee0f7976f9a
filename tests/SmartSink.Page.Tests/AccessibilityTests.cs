using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SmartSink.Page.Tests;

/// <summary>The page without a mouse, and without eyes.</summary>
public sealed class AccessibilityTests(Browser browser)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 360)]
    public async Task Axe_finds_nothing_serious_in_any_tab(ColorScheme scheme, int width)
    {
        await using var sink = await FakeSink.StartAsync();
        sink.Explanation = new JsonObject { ["text"] = "user@gmail.com", ["rates"] = new JsonObject { ["bounce"] = 3 } };
        sink.Stats = () =>
        {
            var stats = Samples.Stats();
            stats["warnings"] = new JsonArray("The last reload was rejected");
            return stats;
        };
        sink.AddOverride(new JsonObject { ["match"] = new JsonObject { ["domain"] = "aol.com" }, ["do"] = new JsonObject { ["defer"] = 100 }, ["name"] = "aol is down" }, seconds: 3000);
        await using var visit = await browser.OpenAsync(sink.Url, options =>
        {
            options.ColorScheme = scheme;
            options.ViewportSize = new ViewportSize { Width = width, Height = 800 };
            options.BypassCSP = true; // For axe alone, which is put into the page.
        });
        sink.Publish("refusal", Samples.Refusal("user@gmail.com"));
        await Expect(visit["#tail tbody tr"]).ToHaveCountAsync(1);
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(1);
        await SoundAsync(visit, "live");

        await visit["#tab-senders"].ClickAsync();
        await Expect(visit["#senders-table tbody tr"]).ToHaveCountAsync(3);
        await SoundAsync(visit, "senders");

        await visit["#tab-report"].ClickAsync();
        await Expect(visit["#report-senders h2"]).ToHaveCountAsync(2);
        await visit["#report-senders summary"].Last.ClickAsync();
        await SoundAsync(visit, "report");

        await visit["#tab-try"].ClickAsync();
        await visit["#explain input[name=recipient]"].FillAsync("user@gmail.com");
        await visit["#explain button"].ClickAsync();
        await visit["#explanation summary"].ClickAsync();
        await Expect(visit["#explanation dl"].First).ToBeVisibleAsync();
        await SoundAsync(visit, "try");

        await visit["#tab-policy"].ClickAsync();
        await Expect(visit["#reload-table tbody tr"]).ToHaveCountAsync(1);
        await visit["#check-text"].FillAsync("wrong = 1");
        await visit["#check button"].ClickAsync();
        await Expect(visit["#check-table tbody tr"]).ToHaveCountAsync(1);
        await SoundAsync(visit, "policy");

        sink.Token = "secret";
        await visit["#reload"].ClickAsync();
        await Expect(visit["#token-value"]).ToBeFocusedAsync();
        await SoundAsync(visit, "token");
    }

    [Fact]
    public async Task Keys_alone_turn_a_domain_off_and_on_filter_the_tail_and_check_a_policy()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(sink.Url);
        sink.Publish("refusal", Samples.Refusal("user@gmail.com"));
        sink.Publish("refusal", Samples.Refusal("user@yahoo.com"));
        await Expect(visit["#tail tbody tr"]).ToHaveCountAsync(2);
        await Expect(visit["#domains tbody tr"]).ToHaveCountAsync(7);
        var keyboard = visit.Page.Keyboard;

        // One Tab leads into the table, whatever its size; arrows lead to the second domain's buttons.
        await TabToAsync(visit, "gmail.com: down for 5 min");
        await keyboard.PressAsync("ArrowDown");
        await Expect(Focused(visit)).ToHaveAttributeAsync("aria-label", "yahoo.com: down for 5 min");
        await keyboard.PressAsync("Enter");
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(1);
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "yahoo.com: calm" })).ToBeEnabledAsync();
        foreach (var label in new[] { "yahoo.com: defer 50 %", "yahoo.com: throttle", "yahoo.com: calm" })
        {
            await keyboard.PressAsync("ArrowRight");
            await Expect(Focused(visit)).ToHaveAttributeAsync("aria-label", label);
        }

        await keyboard.PressAsync("Space");
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(0);
        sink.Writes.Count.ShouldBe(2);

        await TabToAsync(visit, "tail-filter");
        await keyboard.TypeAsync("yahoo");
        await Expect(visit["#tail tbody tr"]).ToHaveCountAsync(1);
        await TabToAsync(visit, "pause");
        await keyboard.PressAsync("Enter");
        await Expect(visit["#pause"]).ToHaveAttributeAsync("aria-pressed", "true");

        await visit["#tab-live"].FocusAsync();
        await keyboard.PressAsync("End");
        await Expect(visit["#tab-policy"]).ToBeFocusedAsync();
        await Expect(visit["#policy"]).ToBeVisibleAsync();
        await TabToAsync(visit, "check-text");
        await keyboard.TypeAsync("wrong = 1");
        await TabToAsync(visit, "Check");
        await keyboard.PressAsync("Enter");
        await Expect(visit["#check-note"]).ToHaveTextAsync("Not valid: 1 error, 0 warnings");

        await visit["#tab-policy"].FocusAsync();
        await keyboard.PressAsync("ArrowLeft");
        await TabToAsync(visit, "recipient");
        await keyboard.TypeAsync("user@gmail.com");
        await keyboard.PressAsync("Enter");
        await Visit.UntilAsync(() => Task.FromResult(sink.Reads.ContainsKey("/api/v1/explain")));
    }

    [Fact]
    public async Task Whatever_has_the_focus_shows_it()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(sink.Url);
        await Expect(visit["#domains tbody tr"]).ToHaveCountAsync(7);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var stop = await NextAsync(visit); !stop.StartsWith("BODY", StringComparison.Ordinal) && seen.Add(stop); stop = await NextAsync(visit))
        {
            (await visit.Page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle")).ShouldNotBe("none", stop);
        }

        seen.Count.ShouldBeInRange(6, 20, string.Join(", ", seen));
    }

    [Fact]
    public async Task A_row_does_not_move_while_it_is_used()
    {
        await using var sink = await FakeSink.StartAsync();
        var turned = false;
        sink.Stats = () => Samples.Stats(new JsonArray(
            Samples.Domain(turned ? "b.example" : "a.example", 20, 1, 1, 1), Samples.Domain(turned ? "a.example" : "b.example", 10, 1, 1, 1)));
        await using var visit = await browser.OpenAsync(sink.Url);
        var first = visit["#domains tbody th"].First;
        await Expect(first).ToContainTextAsync("a.example");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "a.example: throttle" }).FocusAsync();
        turned = true;
        await visit.UpdatedAsync();
        await Expect(visit.Row("domains", "b.example").Locator("td").First).ToHaveTextAsync("20");
        await Expect(first).ToContainTextAsync("a.example");

        await visit["#tail-filter"].FocusAsync();
        await visit.Page.Mouse.MoveAsync(1, 1);
        await Expect(first).ToContainTextAsync("b.example");
    }

    private static ILocator Focused(Visit visit) => visit["*:focus"];

    private static async Task<string> NextAsync(Visit visit)
    {
        await visit.Page.Keyboard.PressAsync("Tab");
        return await visit.Page.EvaluateAsync<string>("(node => [node.tagName, node.id, node.name, node.getAttribute('aria-label')].join(' '))(document.activeElement)");
    }

    private static async Task TabToAsync(Visit visit, string name)
    {
        for (var steps = 0; steps < 40; steps++)
        {
            await visit.Page.Keyboard.PressAsync("Tab");
            if (await visit.Page.EvaluateAsync<bool>("name => (node => [node.id, node.name, node.getAttribute('aria-label'), node.textContent].includes(name))(document.activeElement)", name))
            {
                return;
            }
        }

        Assert.Fail($"the Tab key does not lead to {name}");
    }

    private static async Task SoundAsync(Visit visit, string tab)
    {
        var result = await visit.Page.RunAxe(new AxeRunOptions());
        var faults = result.Violations.Where(fault => fault.Impact is "serious" or "critical").Select(fault => $"{tab}: {fault.Id}: {fault.Help}: {string.Join(" | ", fault.Nodes.Select(node => node.Html))}");
        faults.ShouldBeEmpty();
        result.Passes.Length.ShouldBeGreaterThan(10);
    }
}
