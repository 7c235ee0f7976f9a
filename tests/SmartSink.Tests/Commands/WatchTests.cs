using System.Net;
using System.Text;
using SmartSink.Commands;
using SmartSink.Testing.Time;
using Spectre.Console;
using Spectre.Console.Rendering;
using Spectre.Console.Testing;

namespace SmartSink.Tests.Commands;

public sealed class WatchTests : IDisposable
{
    private static readonly Uri Sink = new("http://127.0.0.1:8000/");

    private readonly ManualTimeProvider _clock = new();
    private readonly ApiPages _pages = new();
    private readonly WatchFeed _feed;

    public WatchTests() => _feed = new WatchFeed(Sink, token: "secret", _clock, _pages);

    public void Dispose()
    {
        _feed.Dispose();
        _pages.Dispose();
    }

    [Fact]
    public async Task A_screen_of_80_by_24() => (await DrawAsync(79, 23, "q or Ctrl-C ends")).ShouldBe(
        """
        ready 1,204 messages/s, 50 of 32,768 connections, policy 1a2b3c4d, 3m05s old
        accepted                                      ▁▃▄▅▆▇█▁      981/s    peak 1,100
        tempfail                                         ▂▅ █       120/s      peak 240
        permfail                                                      0/s        peak 0
        domain                /s    accepted %    tempfail %    permfail %  top reply
        yahoo.com            900   50.0 (60.0)   45.5 (35.0)     4.5 (5.0)  421 4.7.0 …
        gmail.com            304  100.0 (97.5)     0.0 (0.0)     0.0 (2.5)
        other                0.4
        and 7 more domains
        overrides
            4m58s left  yahoo is down, acted 1,200 times
            1h02m left  3, acted 1 of 3 times
        refusals
        02:04:03  user@yahoo.com              421 4.7.0 [TSS04] Messages from 127.0.0.…
        02:04:04  \u001B[31mred[bold]@yahoo…  554 5.7.9 no
        02:04:05  192.0.2.7                   554 Go away






        q or Ctrl-C ends
        """);

    [Theory]
    [InlineData(79, 23)]
    [InlineData(120, 50)]
    [InlineData(40, 10)]
    [InlineData(9, 3)]
    [InlineData(1, 1)]
    public async Task A_screen_fits_its_window(int width, int height)
    {
        _pages.Domains = 200;
        _pages.Refusals = 500;
        _pages.Overrides = 30;
        var lines = (await DrawAsync(width, height, "q")).Split('\n');
        lines.Length.ShouldBe(height);
        lines.ShouldAllBe(line => line.GetCellWidth() <= width);
    }

    [Fact]
    public async Task Nothing_is_cut_in_a_wide_window_and_what_is_left_out_is_told()
    {
        _pages.Domains = 200;
        var text = await DrawAsync(180, 50, footer: null);
        text.ShouldContain("http://127.0.0.1:8000/");
        text.ShouldContain("421 4.7.0 [TSS04] Messages from 127.0.0.1 temporarily deferred see the page");
        text.ShouldContain("more domains");
    }

    [Fact]
    public async Task Events_are_asked_for_once_and_kept()
    {
        await _feed.AskAsync(TestContext.Current.CancellationToken);
        _pages.Asked.ShouldContain("/api/v1/events?kind=refusal&count=200&after=0");
        (await _feed.AskAsync(TestContext.Current.CancellationToken)).Refusals.Count.ShouldBe(3);
        _pages.Asked.ShouldContain("/api/v1/events?kind=refusal&count=200&after=7");
        _pages.Tokens.ShouldBe(["secret"]);

        _pages.Started = "2026-01-02T03:04:00Z";
        (await _feed.AskAsync(TestContext.Current.CancellationToken)).Refusals.Count.ShouldBe(3, "a sink that was started anew");
    }

    [Fact]
    public async Task A_sink_that_is_lost_is_told_and_what_it_last_said_stays()
    {
        await _feed.AskAsync(TestContext.Current.CancellationToken);
        _pages.Failure = new HttpRequestException("Connection refused");
        await _feed.AskAsync(TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(65));

        var lost = await _feed.AskAsync(TestContext.Current.CancellationToken);
        var lines = Text(WatchScreen.Draw(lost, 100, 30, "q"), 101).Split('\n');
        lines[1].TrimEnd().ShouldBe("not connected for 1m05s: Connection refused; trying again");
        lines.ShouldContain(line => line.StartsWith("yahoo.com ", StringComparison.Ordinal));
        WatchScreen.Line(lost with { Zone = TimeZoneInfo.Utc }).ShouldBe("03:05:10 http://127.0.0.1:8000/: Connection refused");

        _pages.Failure = null;
        (await _feed.AskAsync(TestContext.Current.CancellationToken)).Problem.ShouldBeNull();
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "text/plain", "", "the server says 404 Not Found: it has no control API: SINK_API=off, or another version")]
    [InlineData(HttpStatusCode.Forbidden, "application/problem+json", """{"detail":"use the token"}""", "the server says 403 Forbidden: use the token")]
    [InlineData(HttpStatusCode.OK, "application/json", "no JSON", "'no JSON' is an invalid JSON literal")]
    public async Task An_answer_that_is_none_is_told(HttpStatusCode status, string type, string body, string problem)
    {
        _pages.Answer = () => new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) };
        (await _feed.AskAsync(TestContext.Current.CancellationToken)).Problem!.ShouldStartWith(problem);
    }

    [Fact]
    public async Task Without_a_terminal_there_is_a_line_a_second()
    {
        using var output = new LineWriter();
        using var stop = new CancellationTokenSource();
        var telling = WatchCommand.TellAsync(_feed, output, _clock, stop.Token);
        for (var line = 1; line <= 3; line++)
        {
            await output.WaitForAsync(line);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await output.WaitForAsync(4);
        await stop.CancelAsync();
        await telling;
        output.ToString().Split('\n')[2].ShouldEndWith(
            " ready: 1,204 messages/s; recipients/s accepted 981, tempfail 120, permfail 0; 50 connections; 2 overrides");
    }

    [Fact]
    public async Task One_screen_can_be_printed()
    {
        using var output = new StringWriter();
        (await WatchCommand.ShowOnceAsync(_feed, output, TestContext.Current.CancellationToken)).ShouldBe(0);
        output.ToString().ShouldContain("yahoo is down, acted 1,200 times");
        output.ToString().ShouldNotContain("\u001b");
        output.ToString().Split('\n').ShouldAllBe(line => line.Length == line.TrimEnd(' ').Length, "a file has no use for blanks at the end of a line");

        _pages.Failure = new HttpRequestException("Connection refused");
        (await WatchCommand.ShowOnceAsync(_feed, output, TestContext.Current.CancellationToken)).ShouldBe(1);
    }

    [Fact]
    public async Task A_terminal_is_left_as_it_was_found_and_a_new_size_is_a_new_screen()
    {
        using var console = new TestConsole().Width(80).Height(24).EmitAnsiSequences().SupportsAnsi(true).Interactive();
        using var stop = new CancellationTokenSource();
        var asked = _pages.NextAsync();
        var showing = WatchCommand.ShowAsync(_feed, console, _clock, stop.Token);
        await asked;
        for (var second = 0; second < 2; second++)
        {
            asked = _pages.NextAsync();
            console.Profile.Width = 100 + second;
            while (!asked.IsCompleted)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(250));
                await Task.Yield();
            }
        }

        await stop.CancelAsync();
        await showing;
        console.Output.ShouldStartWith("\u001b[?1049h");
        console.Output.ShouldEndWith("\u001b[?1049l");
        console.Output.ShouldContain("yahoo is down");
    }

    private async Task<string> DrawAsync(int width, int height, string? footer)
    {
        var view = await _feed.AskAsync(TestContext.Current.CancellationToken) with { Zone = TimeZoneInfo.Utc };
        return Text(WatchScreen.Draw(view, width, height, footer), width + 1);
    }

    private static string Text(IRenderable screen, int width)
    {
        using var console = new TestConsole().Width(width);
        console.Write(screen);
        return string.Join('\n', console.Lines.Select(line => line.TrimEnd()));
    }

    /// <summary>Tells when so many lines are written.</summary>
    private sealed class LineWriter : StringWriter
    {
        private readonly SemaphoreSlim _lines = new(0);
        private int _taken;

        /// <summary>Lines are waited for in their order.</summary>
        public async Task WaitForAsync(int line)
        {
            for (; _taken < line; _taken++)
            {
                await _lines.WaitAsync(TestContext.Current.CancellationToken);
            }
        }

        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            _lines.Release();
        }

        protected override void Dispose(bool disposing)
        {
            _lines.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>The control API with what a test wants it to say.</summary>
    private sealed class ApiPages : HttpMessageHandler
    {
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Domains { get; set; } = 3;

        public int Refusals { get; set; } = 3;

        public int Overrides { get; set; } = 2;

        public string Started { get; set; } = "2026-01-02T02:00:00Z";

        public Exception? Failure { get; set; }

        public Func<HttpResponseMessage>? Answer { get; set; }

        public HashSet<string> Asked { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Tokens { get; } = new(StringComparer.Ordinal);

        /// <summary>Done when the last of the calls for a screen has come.</summary>
        public Task NextAsync() => (_next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.PathAndQuery;
            Asked.Add(path);
            Tokens.Add(request.Headers.Authorization!.Parameter!);
            if (Failure is not null)
            {
                throw Failure;
            }

            if (path.Contains("/events", StringComparison.Ordinal))
            {
                _next.TrySetResult();
            }

            return Task.FromResult(Answer?.Invoke() ?? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Page(path), Encoding.UTF8, "application/json") });
        }

        private string Page(string path) => path.Split('?')[0] switch
        {
            "/api/v1/stats" => $$$"""
                {"at":"2026-01-02T03:04:05Z","status":"ready","started_at":"{{{Started}}}","policy":{"hash":"1a2b3c4d","loaded_at":"2026-01-02T03:01:00Z","domains":9},"warnings":[],
                "connections":{"open":50,"limit":32768,"total":900},"descriptors":{"open":60,"limit":1024},"messages":{"total":9,"per_second":{"1":1,"10":1204,"60":3}},
                "recipients":{"accepted":{"total":1,"per_second":{"1":1,"10":981}},"tempfail":{"total":1,"per_second":{"10":120.4}},"permfail":{"total":0,"per_second":{"10":0} }},
                "domains":[{{{string.Join(',', DomainPages())}}}],"domains_left_out":{{{(Domains == 3 ? 7 : 0)}}} }
                """,
            "/api/v1/stats/history" => """{"until":1,"step":1,"accepted":[200,400,500,700,800,1000,1100,10],"tempfail":[0,0,0,60,150,0,240,0],"permfail":[0,0,0,0,0,0,0,0],"messages":[],"connections":[]}""",
            "/api/v1/overrides" => $$"""{"overrides":[{{string.Join(',', OverridePages())}}]}""",
            _ => $$"""{"events":[{{(path.EndsWith("after=0", StringComparison.Ordinal) ? string.Join(',', EventPages()) : "")}}],"last_id":7,"sampled":0}""",
        };

        private IEnumerable<string> DomainPages()
        {
            yield return """
                {"domain":"yahoo.com","recipients":10,"per_second":{"10":900},"observed":{"accepted":50,"tempfail":45.5,"permfail":4.5},"expected":{"accepted":60,"tempfail":35,"permfail":5},
                "top_reply":{"code":421,"label":"rate_limit","text":"4.7.0 [TSS04] Messages from 127.0.0.1 temporarily deferred\nsee the page","count":7}}
                """;
            yield return """{"domain":"gmail.com","recipients":10,"per_second":{"10":304},"observed":{"accepted":100,"tempfail":0,"permfail":0},"expected":{"accepted":97.5,"tempfail":0,"permfail":2.5},"top_reply":null}""";
            yield return """{"domain":"other","recipients":0,"per_second":{"10":0.4},"observed":null,"expected":null,"top_reply":null}""";
            for (var domain = 3; domain < Domains; domain++)
            {
                yield return $$"""{"domain":"d{{domain}}.example","recipients":1,"per_second":{"10":0} }""";
            }
        }

        private IEnumerable<string> OverridePages()
        {
            yield return """{"id":"3","name":null,"match":{"domain":"a.example"},"do":{"accept":true},"share":100,"times":3,"acted":1,"left_seconds":3725}""";
            for (var number = 1; number < Overrides; number++)
            {
                yield return """{"id":"2","name":"yahoo is down","match":{"domain":["yahoo.com"]},"do":{"defer":100},"share":100,"times":null,"acted":1200,"left_seconds":297.2}""";
            }
        }

        private IEnumerable<string> EventPages()
        {
            for (var number = 3; number < Refusals; number++)
            {
                yield return """{"id":1,"at":"2026-01-02T02:04:02Z","kind":"refusal","recipient":"用户用户用户用户用户用户@yahoo.com","outcome":"tempfail","reply":"451 用户用户用户用户用户用户用户用户用户用户用户用户用户用户用户用户用户用户"}""";
            }

            yield return """{"id":5,"at":"2026-01-02T02:04:03Z","kind":"refusal","client":"127.0.0.1","recipient":"user@yahoo.com","domain":"yahoo.com","outcome":"tempfail","code":421,"reply":"421 4.7.0 [TSS04] Messages from 127.0.0.1 temporarily deferred\n421 4.7.0 see the page"}""";
            yield return """{"id":6,"at":"2026-01-02T02:04:04Z","kind":"refusal","client":"127.0.0.1","recipient":"\u001b[31mred[bold]@yahoo.com","domain":"yahoo.com","outcome":"permfail","code":554,"reply":"554 5.7.9 no"}""";
            yield return """{"id":7,"at":"2026-01-02T02:04:05Z","kind":"refusal","client":"192.0.2.7","domain":"other","outcome":"permfail","code":554,"reply":"554 Go away"}""";
        }
    }
}
