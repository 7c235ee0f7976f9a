using System.Collections.Concurrent;
using Microsoft.Playwright;
using SmartSink.Page.Tests;
using SmartSink.Testing.Processes;

[assembly: AssemblyFixture(typeof(Browser))]

namespace SmartSink.Page.Tests;

/// <summary>One Chromium for all tests, which is started by the first and needs none of its own: it is the system's.</summary>
public sealed class Browser : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come; a machine under load is slow.</summary>
    public const float Patience = 120_000;

    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    static Browser()
    {
        Environment.SetEnvironmentVariable("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        Assertions.SetDefaultExpectTimeout(Patience);
    }

    /// <summary>A page in a profile of its own; it keeps whatever goes wrong in it.</summary>
    /// <param name="url">Where it is.</param>
    /// <param name="set">Changes the profile.</param>
    /// <param name="script">Run before the page's own scripts; null for none.</param>
    public async Task<Visit> OpenAsync(Uri url, Action<BrowserNewContextOptions>? set = null, string? script = null)
    {
        var program = Tool.Find("chromium") ?? Tool.Find("chromium-browser");
        Assert.SkipUnless(program is not null, "this machine has no chromium");
        await _starting.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Timeout = Patience,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            });
        }
        finally
        {
            _starting.Release();
        }

        var options = new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 900 }, TimezoneId = "UTC", Locale = "en-US" };
        set?.Invoke(options);
        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        if (script is not null)
        {
            await context.AddInitScriptAsync(script);
        }

        var visit = new Visit(context, await context.NewPageAsync());
        await visit.Page.GotoAsync(url.ToString());
        return visit;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _starting.Dispose();
    }
}

/// <summary>A page that is looked at.</summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _mistakes = [];

    internal Visit(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.PageError += (_, error) => _mistakes.Enqueue(error);
        page.Console += (_, message) =>
        {
            // What was refused by the API, and a stream that ended with the sink, are told by the page.
            if (message.Type == "error" && !message.Text.Contains("Failed to load resource", StringComparison.Ordinal) && !message.Text.Contains("net::ERR_", StringComparison.Ordinal))
            {
                _mistakes.Enqueue(message.Text);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>The first element of a selector.</summary>
    public ILocator this[string selector] => Page.Locator(selector);

    /// <summary>The row of a table whose head has a text.</summary>
    public ILocator Row(string table, string text) => Page.Locator($"#{table} tbody tr").Filter(new LocatorFilterOptions { HasText = text });

    /// <summary>Waits until the page has been brought up to date once more, whatever it has begun before.</summary>
    public async Task UpdatedAsync()
    {
        const string Updates = "Number(document.documentElement.dataset.updates ?? 0)";
        var before = await Page.EvaluateAsync<int>(Updates);
        await UntilAsync(async () => await Page.EvaluateAsync<int>(Updates) > before + 1);
    }

    /// <summary>Waits for what cannot tell that it has come.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(Browser.Patience));
        while (!await holds())
        {
            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>Fails when a script threw, or when the browser refused something that the page tried to load or run.</summary>
    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        _mistakes.ShouldBeEmpty();
    }
}
