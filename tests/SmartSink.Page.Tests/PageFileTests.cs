using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using SmartSink.Http.Page;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.Page.Tests;

/// <summary>The files of the page, and how they are served.</summary>
public sealed partial class PageFileTests
{
    private static readonly string Folder = RepositoryRoot.Combine("src", "SmartSink", "Http", "Page");

    [Fact]
    public void No_script_parses_markup_and_no_style_or_script_stands_in_the_markup()
    {
        foreach (var script in Directory.EnumerateFiles(Folder, "*.js"))
        {
            MarkupParser().Match(File.ReadAllText(script)).Value.ShouldBeEmpty(script);
        }

        InlineCode().Match(File.ReadAllText(Path.Combine(Folder, "index.html"))).Value.ShouldBeEmpty();
    }

    [Fact]
    public void The_chart_library_is_the_one_that_its_note_names()
    {
        var vendor = Path.Combine(Folder, "vendor");
        var named = HashRow().Matches(File.ReadAllText(Path.Combine(vendor, "README.md"))).ToDictionary(row => row.Groups[1].Value, row => row.Groups[2].Value);
        var found = Directory.EnumerateFiles(vendor, "uPlot*").ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
        found.OrderBy(file => file.Key).ShouldBe(named.OrderBy(file => file.Key));
    }

    [Fact]
    public void Every_file_is_in_the_program()
    {
        var files = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)!).Where(name => !name.EndsWith(".cs", StringComparison.Ordinal) && name != "README.md");
        PageEndpoint.Names.Order().ShouldBe(files.Order());
    }

    [Fact]
    public async Task A_browser_gets_the_page_curl_gets_the_index_and_nothing_when_the_api_is_off()
    {
        await using var sink = await SinkProcess.StartAsync("[default]\n");
        using var http = new HttpClient { BaseAddress = sink.Http };
        var (page, html) = await GetAsync(http, "/", "text/html,application/xhtml+xml,*/*;q=0.8");
        html.ShouldStartWith("<!doctype html>");
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldBe(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        foreach (var (name, value) in new[]
        {
            ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-cache"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        })
        {
            page.Headers.GetValues(name).ShouldBe([value], name);
        }

        page.Headers.Vary.ShouldBe(["Accept"]);

        var (_, text) = await GetAsync(http, "/", "*/*");
        text.ShouldContain("/metrics");
        foreach (Match link in Links().Matches(html))
        {
            var (file, _) = await GetAsync(http, "/" + link.Groups[1].Value, "*/*");
            file.StatusCode.ShouldBe(HttpStatusCode.OK, link.Value);
            file.Content.Headers.ContentType!.MediaType.ShouldBe(link.Groups[1].Value.EndsWith(".css", StringComparison.Ordinal) ? "text/css" : "text/javascript");
            http.DefaultRequestHeaders.IfNoneMatch.Add(file.Headers.ETag!);
            var (again, body) = await GetAsync(http, "/" + link.Groups[1].Value, "*/*");
            again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            body.ShouldBeEmpty();
            http.DefaultRequestHeaders.IfNoneMatch.Clear();
        }

        (await GetAsync(http, "/page/nothing.js", "*/*")).Answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        http.DefaultRequestHeaders.Host = "evil.example";
        (await GetAsync(http, "/", "text/html")).Answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync(http, "/page/page.js", "*/*")).Answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        await using var silent = await SinkProcess.StartAsync("[default]\n", new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_API"] = "off" });
        using var other = new HttpClient { BaseAddress = silent.Http };
        (await GetAsync(other, "/", "text/html")).Body.ShouldContain("/metrics");
        (await GetAsync(other, "/page/page.js", "*/*")).Answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<(HttpResponseMessage Answer, string Body)> GetAsync(HttpClient http, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept).ShouldBeTrue();
        var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [GeneratedRegex("innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|DOMParser|srcdoc|document\\.write|\\beval\\b|new Function|javascript:", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex MarkupParser();

    [GeneratedRegex("<style|<script(?![^>]*src=)[^>]*>|\\sstyle=|\\son[a-z]+=|https?://", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();

    [GeneratedRegex("^\\| (uPlot[^ ]*) \\|[^|]*\\| ([0-9a-f]{64}) \\|$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex HashRow();

    [GeneratedRegex("(?:href|src)=\"(page/[^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Links();
}
