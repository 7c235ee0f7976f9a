using System.Text.Json.Nodes;
using Microsoft.Playwright;
using SmartSink.Testing;
using static Microsoft.Playwright.Assertions;

namespace SmartSink.Page.Tests;

/// <summary>The pictures of the docs; with SMARTSINK_WRITE_SCREENSHOTS=1 they are written there.</summary>
public sealed class ScreenshotTests(Browser browser)
{
    private const int MostBytes = 300 * 1024;

    [Theory]
    [InlineData("light", 1280, 900, ColorScheme.Light)]
    [InlineData("dark", 1280, 900, ColorScheme.Dark)]
    [InlineData("phone", 360, 740, ColorScheme.Light)]
    public async Task The_page_fits_its_screen(string name, int width, int height, ColorScheme scheme)
    {
        await using var sink = await FakeSink.StartAsync();
        sink.Report = Samples.RecordedReport();
        sink.AddOverride(
            new JsonObject { ["match"] = new JsonObject { ["domain"] = "yahoo.com" }, ["do"] = new JsonObject { ["defer"] = 50 }, ["name"] = "yahoo.com: defer 50 %" }, seconds: 252);
        await using var visit = await browser.OpenAsync(sink.Url, options =>
        {
            options.ViewportSize = new ViewportSize { Width = width, Height = height };
            options.ColorScheme = scheme;
            options.DeviceScaleFactor = 1;
        });
        foreach (var refusal in Samples.Refusals(60))
        {
            sink.Publish("refusal", refusal);
        }

        await Expect(visit["#tail tbody tr"]).ToHaveCountAsync(60);
        await Expect(visit["#overrides tbody tr"]).ToHaveCountAsync(1);
        await Expect(visit["#domains .badge:not(:empty)"]).ToHaveCountAsync(1);
        var pictures = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["page"] = await visit.Page.ScreenshotAsync() };
        foreach (var tab in new[] { "live", "senders", "report", "try", "policy" })
        {
            await visit[$"#tab-{tab}"].ClickAsync();
            (await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, $"{tab} is wider than the screen");
        }

        await visit["#tab-report"].ClickAsync();
        await Expect(visit["#report-senders h2"]).ToHaveTextAsync(["Grade F 192.0.2.10/32", "Grade A 192.0.2.11/32"]);
        await Expect(visit["#report-senders canvas"].First).ToBeVisibleAsync();
        pictures["report"] = await visit.Page.ScreenshotAsync();
        pictures.Values.ShouldAllBe(picture => picture.Length < MostBytes);
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_SCREENSHOTS") is { Length: > 0 } folder)
        {
            var path = folder == "1" ? RepositoryRoot.Combine("docs", "images") : folder;
            Directory.CreateDirectory(path);
            foreach (var (what, picture) in pictures)
            {
                await File.WriteAllBytesAsync(Path.Combine(path, $"{what}-{name}.png"), picture, TestContext.Current.CancellationToken);
            }

            if (folder != "1")
            {
                foreach (var tab in new[] { "live", "senders", "report", "try", "policy" })
                {
                    await visit[$"#tab-{tab}"].ClickAsync();
                    await visit.Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(path, $"tab-{tab}-{name}.png") });
                }
            }
        }
    }
}
