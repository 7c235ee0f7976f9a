using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using SmartSink.Ledger.Report;
using SmartSink.Testing;
using static Microsoft.Playwright.Assertions;

namespace SmartSink.Page.Tests;

/// <summary>The report card on the page, and as a page of its own.</summary>
public sealed class ReportTests(Browser browser)
{
    private const string Hostile = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";

    [Fact]
    public async Task Senders_are_shown_with_the_cases_of_what_failed()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(new Uri(sink.Url, "/#report"));
        await Expect(visit["#report-senders h2"]).ToHaveTextAsync(["Grade F 192.0.2.10/32, user news", "Grade A 192.0.2.11/32"]);
        await Expect(visit["#report-note"]).ToHaveTextAsync("generated at 03:04:05, covers mail since 02:54:05");
        await Expect(visit["#report-told"]).ToHaveTextAsync("Durations are in the provider's time, which runs 60 times as fast.");
        await Expect(visit["#report-senders .verdict"]).ToHaveTextAsync(["fail", "warn", "not seen", "pass", "pass", "warn", "not seen", "pass"]);
        await Expect(visit["#report-senders details[open]"]).ToHaveCountAsync(1);
        var failed = visit["#report-senders details[open]"];
        await Expect(failed.Locator("summary")).ToContainTextAsync("Never retries after a 5xx 3.25 % Tried again after a permanent refusal: 3 of 92 recipients");
        await Expect(failed.Locator(".example")).ToContainTextAsync("02:59:05 tried again 12 s after the refusal");
        await Expect(failed.Locator("pre")).ToHaveTextAsync("550 5.1.1 no such user");
        await Expect(failed).ToContainTextAsync("no-retry-after-5xx. Source: RFC 5321 section 4.2.1");
    }

    [Fact]
    public async Task Arrow_keys_read_a_senders_chart_aloud_and_a_report_made_anew_has_new_charts()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(new Uri(sink.Url, "/#report"));
        await Expect(visit["#report-senders .legend .muted"]).ToHaveTextAsync(["02:54:05 to 03:04:05, at most 179 recipients each second", "03:00:05 to 03:04:05, at most 7 recipients each 60 s"]);
        var chart = visit.Page.GetByRole(AriaRole.Slider, new() { Name = "Chart of recipients of 192.0.2.10/32, user news, each second." });
        await Expect(chart.Locator("canvas")).ToBeVisibleAsync();
        await chart.FocusAsync();
        await Expect(chart).ToHaveAttributeAsync("aria-valuetext", "no point chosen");
        foreach (var (key, read) in new[]
        {
            ("ArrowLeft", "in the second from 03:04:04: 139 accepted, 0 temporarily refused, 3 permanently refused"),
            ("Home", "in the second from 02:54:05: 100 accepted, 0 temporarily refused, 3 permanently refused"),
            ("PageDown", "in the second from 02:55:05: 120 accepted, 0 temporarily refused, 3 permanently refused"),
            ("ArrowRight", "in the second from 02:55:06: 121 accepted, 0 temporarily refused, 3 permanently refused"),
            ("End", "in the second from 03:04:04: 139 accepted, 0 temporarily refused, 3 permanently refused"),
        })
        {
            await visit.Page.Keyboard.PressAsync(key);
            await Expect(chart).ToHaveAttributeAsync("aria-valuetext", read);
        }

        await Expect(visit["#report-senders .legend"].First).ToContainTextAsync("accepted 139");
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(visit["#report-senders .legend .muted"].First).ToHaveTextAsync("02:54:05 to 03:04:05, at most 179 recipients each second");

        // Steps are read over their whole length, the last one, too.
        var few = visit.Page.GetByRole(AriaRole.Slider, new() { Name = "192.0.2.11/32, each 60 s" });
        await few.ScrollIntoViewIfNeededAsync();
        await Expect(few.Locator("canvas")).ToBeVisibleAsync();
        await few.FocusAsync();
        foreach (var (time, figures) in new[] { ("03:03:05", "7 accepted, 0"), ("03:02:05", "0 accepted, 2"), ("03:01:05", "1 accepted, 0"), ("03:00:05", "5 accepted, 1"), ("03:00:05", "5 accepted, 1") })
        {
            await visit.Page.Keyboard.PressAsync("ArrowLeft");
            await Expect(few).ToHaveAttributeAsync("aria-valuetext", $"in the 60 s from {time}: {figures} temporarily refused, 0 permanently refused");
        }

        sink.Report = sink.Report with { Senders = [sink.Report.Senders[1] with { Seconds = new ReportChart(sink.Report.Since, 1, [], [], []) }] };
        await visit["#report-refresh"].ClickAsync();
        await Expect(visit["#report-senders h2"]).ToHaveCountAsync(1);
        await Expect(visit["#report-senders .chart"]).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_ledger_is_started_cleared_and_stopped()
    {
        await using var sink = await FakeSink.StartAsync();
        sink.IsLedgerOn = false;
        await using var visit = await browser.OpenAsync(new Uri(sink.Url, "/#report"));
        await Expect(visit["#report-told"]).ToContainTextAsync("The ledger is off");
        await Expect(visit["#ledger-clear"]).ToBeHiddenAsync();
        sink.Reads.ShouldNotContainKey("/api/v1/report");

        await visit["#ledger-start"].ClickAsync();
        await Expect(visit["#report-senders h2"]).ToHaveCountAsync(2);
        await Expect(visit["#ledger-start"]).ToBeHiddenAsync();

        sink.Report = sink.Report with { Forgotten = 1200 };
        await visit["#report-refresh"].ClickAsync();
        await Expect(visit["#report-told"]).ToContainTextAsync("the 1,200 oldest facts were forgotten");

        await visit["#ledger-clear"].ClickAsync();
        await Expect(visit["#report-senders h2"]).ToHaveCountAsync(0);
        await Expect(visit["#report-told"]).ToContainTextAsync("Nothing has come in yet.");

        await visit["#ledger-stop"].ClickAsync();
        await Expect(visit["#ledger-start"]).ToBeVisibleAsync();
        sink.Writes.ShouldBe(["PUT /ledger {\"on\":true}", "DELETE /ledger", "PUT /ledger {\"on\":false}"]);
    }

    [Fact]
    public async Task It_can_be_downloaded()
    {
        await using var sink = await FakeSink.StartAsync();
        await using var visit = await browser.OpenAsync(new Uri(sink.Url, "/#report"));
        await Expect(visit["#report-download"]).ToBeVisibleAsync();
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit["#report-download"].ClickAsync());
        download.SuggestedFilename.ShouldBe("smartsink-report.html");
        (await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken)).ShouldBe(ReportFormats.Write(sink.Report, ReportFormat.Html));
    }

    [Fact]
    public async Task Texts_of_clients_are_text()
    {
        await using var sink = await FakeSink.StartAsync();
        sink.Report = Samples.Report(Hostile);
        await using var visit = await browser.OpenAsync(new Uri(sink.Url, "/#report"));
        await Expect(visit["#report-senders pre"]).ToHaveTextAsync("550 5.1.1 no such user" + Hostile);
        await Expect(visit["#report-senders img, #report-senders script"]).ToHaveCountAsync(0);
        (await visit.Page.TitleAsync()).ShouldBe("SmartSink");
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1100)]
    [InlineData(ColorScheme.Dark, 400)]
    public async Task The_page_of_its_own_is_sound_in_a_browser(ColorScheme scheme, int width)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "report.html");
        await File.WriteAllTextAsync(file, ReportFormats.Write(Samples.Report(Hostile), ReportFormat.Html), TestContext.Current.CancellationToken);
        await using var visit = await browser.OpenAsync(new Uri(file), options =>
        {
            options.ColorScheme = scheme;
            options.ViewportSize = new ViewportSize { Width = width, Height = 800 };
            options.BypassCSP = true; // For axe alone; what the page does not run, it does not run without its policy either.
        });
        await Expect(visit["h2"]).ToHaveTextAsync(["192.0.2.10/32, user news" + Hostile, "192.0.2.11/32, user " + Hostile]);
        await Expect(visit["svg"]).ToHaveCountAsync(2);
        await Expect(visit["img, script"]).ToHaveCountAsync(0);
        (await visit.Page.TitleAsync()).ShouldBe("SmartSink report card");
        (await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        var result = await visit.Page.RunAxe(new AxeRunOptions());
        result.Violations.Where(fault => fault.Impact is "serious" or "critical").Select(fault => $"{fault.Id}: {fault.Help}: {string.Join(" | ", fault.Nodes.Select(node => node.Html))}").ShouldBeEmpty();
        if (Environment.GetEnvironmentVariable("SMARTSINK_WRITE_SCREENSHOTS") is { Length: > 1 } pictures)
        {
            await File.WriteAllTextAsync(file, ReportFormats.Write(Samples.RecordedReport(), ReportFormat.Html), TestContext.Current.CancellationToken);
            await visit.Page.ReloadAsync();
            await visit.Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true, Path = Path.Combine(pictures, $"report-{scheme}.png") });
        }
    }
}
