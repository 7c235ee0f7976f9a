using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using SmartSink.Testing.Time;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Http;

/// <summary>/report and /ledger.</summary>
public sealed class ReportApiTests
{
    private const string Policy = "[domain.\"gone.example\"]\nbounce = 100\n[[bounce.\"gone.example\"]]\ncode = 550\nmsg = \"5.1.1 <b>nobody</b>\"\nlabel = \"unknown_user\"\n";

    [Fact]
    public async Task A_sink_that_keeps_nothing_says_how_to_change_that()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        (await AskAsync(sink, HttpMethod.Get, "/ledger")).Answer.GetProperty("on").GetBoolean().ShouldBeFalse();
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/report"), (HttpMethod.Get, "/ledger/runs/r1"), (HttpMethod.Get, "/ledger/runs/r1/times"), (HttpMethod.Delete, "/ledger") })
        {
            var (status, answer) = await AskAsync(sink, method, path);
            status.ShouldBe(HttpStatusCode.Conflict, path);
            answer.GetProperty("detail").GetString()!.ShouldContain("PUT /api/v1/ledger {\"on\": true}");
        }
    }

    [Fact]
    public async Task Who_tries_a_refused_recipient_again_is_graded()
    {
        await using var sink = await StartAsync();
        await SendAsync(sink, "a+r1/0@sender.example", "x@gone.example");
        await SendAsync(sink, "a+r1/0@sender.example", "x@gone.example");
        await SendAsync(sink, "a+r1/1@sender.example", "x@here.example");

        var (_, report) = await AskAsync(sink, HttpMethod.Get, "/report");
        report.GetProperty("left_out").GetInt32().ShouldBe(0);
        var sender = report.GetProperty("senders").EnumerateArray().ShouldHaveSingleItem();
        (sender.GetProperty("client").GetString(), sender.GetProperty("grade").GetString()).ShouldBe(("127.0.0.1/32", "F"));
        (sender.GetProperty("accepted").GetInt64(), sender.GetProperty("permfail").GetInt64(), sender.GetProperty("connections").GetInt64()).ShouldBe((1, 2, 3));
        var rule = sender.GetProperty("rules").EnumerateArray().Single(rule => rule.GetProperty("rule").GetString() == "no-retry-after-5xx");
        (rule.GetProperty("verdict").GetString(), rule.GetProperty("examples")[0].GetProperty("reply").GetString()).ShouldBe(("fail", "550 5.1.1 <b>nobody</b>"));

        var (_, ledger) = await AskAsync(sink, HttpMethod.Get, "/ledger");
        (ledger.GetProperty("on").GetBoolean(), ledger.GetProperty("senders").GetInt32(), ledger.GetProperty("runs").GetInt32()).ShouldBe((true, 1, 1));
        ledger.GetProperty("bytes").GetInt64().ShouldBeInRange(1, ledger.GetProperty("limit").GetInt64());

        (await AskAsync(sink, HttpMethod.Delete, "/ledger")).Status.ShouldBe(HttpStatusCode.OK);
        (await AskAsync(sink, HttpMethod.Get, "/report")).Answer.GetProperty("senders").GetArrayLength().ShouldBe(0);
        (await AskAsync(sink, HttpMethod.Put, "/ledger", "{\"on\": false}")).Answer.GetProperty("on").GetBoolean().ShouldBeFalse();
        (await AskAsync(sink, HttpMethod.Get, "/report")).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_part_of_it_can_be_asked_for()
    {
        await using var sink = await StartAsync();
        await SendAsync(sink, "a+r1/0@sender.example", "x@gone.example");

        foreach (var (query, senders) in new[]
        {
            ("client=127.0.0.0/8", 1), ("client=127.0.0.1", 1), ("client=192.0.2.0/24", 0), ("run=r1", 1), ("run=r2", 0), ("since=1h", 1), ("senders=1", 1),
        })
        {
            (await AskAsync(sink, HttpMethod.Get, "/report?" + query)).Answer.GetProperty("senders").GetArrayLength().ShouldBe(senders, query);
        }

        var (status, answer) = await AskAsync(sink, HttpMethod.Get, "/report?client=x&run=a/b&since=-1m&format=pdf&senders=0&runn=1");
        status.ShouldBe(HttpStatusCode.BadRequest);
        answer.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("parameter").GetString()).ShouldBe(["runn", "run", "client", "since", "format", "senders"]);
    }

    [Fact]
    public async Task It_comes_as_what_is_asked_for()
    {
        await using var sink = await StartAsync();
        await SendAsync(sink, "a+r1/0@sender.example", "x@gone.example");
        await SendAsync(sink, "a+r1/0@sender.example", "x@gone.example");

        var (text, plain) = await ReadAsync(sink, "text", "text/plain");
        text.ShouldStartWith("Report card\n");
        text.ShouldContain("Grade F  127.0.0.1/32");
        plain.Contains("Content-Security-Policy").ShouldBeFalse();
        var (html, headers) = await ReadAsync(sink, "html", "text/html");
        html.ShouldContain("&lt;b&gt;nobody&lt;/b&gt;");
        headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; style-src 'unsafe-inline'");
        headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
        var (xml, _) = await ReadAsync(sink, "junit", "application/xml");
        XDocument.Parse(xml).Root!.Attribute("failures")!.Value.ShouldNotBe("0");
        using var head = await sink.SendAsync(HttpMethod.Head, "/api/v1/report");
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_switch_takes_nothing_but_on_and_off()
    {
        await using var sink = await RunningSink.StartAsync();
        foreach (var body in new[] { "", "{", "{}", "null", "[]", "{\"on\": 1}", "{\"on\": null}", "{\"on\": true, \"off\": false}", "{\"on\": true, \"on\": false}", "{\"\\ud800\": true}" })
        {
            var (status, answer) = await AskAsync(sink, HttpMethod.Put, "/ledger", body);
            status.ShouldBe(HttpStatusCode.BadRequest, body);
            answer.GetProperty("detail").GetString().ShouldBe("The body must be {\"on\": true} or {\"on\": false}");
        }

        using var text = new StringContent("{\"on\": true}", Encoding.UTF8, "text/plain");
        using var request = new HttpRequestMessage(HttpMethod.Put, sink.Url("/api/v1/ledger")) { Content = text };
        using var refused = await sink.SendAsync(request);
        refused.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await AskAsync(sink, HttpMethod.Put, "/ledger?now=1", "{\"on\": true}")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await AskAsync(sink, HttpMethod.Get, "/ledger")).Answer.GetProperty("on").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_is_told_by_number()
    {
        await using var sink = await StartAsync();
        foreach (var number in new[] { 1, 2, 3, 7 })
        {
            await SendAsync(sink, $"a+r1/{number}@sender.example", "x@here.example");
        }

        await SendAsync(sink, "a+r1/3@sender.example", "x@here.example");
        await SendAsync(sink, "a+r1/4@sender.example", "x@gone.example");
        var (status, run) = await AskAsync(sink, HttpMethod.Get, "/ledger/runs/r1");
        status.ShouldBe(HttpStatusCode.OK);
        (run.GetProperty("run").GetString(), run.GetProperty("lowest").GetInt64(), run.GetProperty("highest").GetInt64(), run.GetProperty("partial").GetBoolean()).ShouldBe(("r1", 1, 7, false));
        Texts(run, "accepted").ShouldBe(["1-3", "7"]);
        Texts(run, "refused").ShouldBe(["4"]);
        Texts(run, "waiting").ShouldBeEmpty();
        var duplicate = run.GetProperty("duplicates").EnumerateArray().ShouldHaveSingleItem();
        (duplicate.GetProperty("number").GetInt64(), duplicate.GetProperty("times").GetInt32()).ShouldBe((3, 1));
        run.GetProperty("last").EnumerateArray().ShouldHaveSingleItem().GetProperty("number").GetInt64().ShouldBe(4);
        (await AskAsync(sink, HttpMethod.Get, "/ledger/runs/r2")).Status.ShouldBe(HttpStatusCode.NotFound);

        static IEnumerable<string?> Texts(JsonElement run, string name) => run.GetProperty(name).EnumerateArray().Select(text => text.GetString());
    }

    [Fact]
    public async Task When_messages_of_a_run_came_is_told_by_number()
    {
        var clock = new ManualTimeProvider();
        await using var sink = await StartAsync(clock: clock);
        var began = clock.GetUtcNow();
        foreach (var number in new[] { 1, 2, 2, 5 })
        {
            await SendAsync(sink, $"a+r1/{number}@sender.example", "x@here.example");
            clock.Advance(TimeSpan.FromMilliseconds(1500));
        }

        var (status, times) = await AskAsync(sink, HttpMethod.Get, "/ledger/runs/r1/times");
        status.ShouldBe(HttpStatusCode.OK);
        (times.GetProperty("run").GetString(), times.GetProperty("from").GetInt64(), times.GetProperty("highest").GetInt64()).ShouldBe(("r1", 0, 5));
        (times.GetProperty("began").GetDateTimeOffset(), times.GetProperty("now").GetDateTimeOffset()).ShouldBe((began, began.AddSeconds(6)));
        Times(times).ShouldBe([null, 0, 1500, null, null, 4500]);
        Times((await AskAsync(sink, HttpMethod.Get, "/ledger/runs/r1/times?from=1&count=2")).Answer).ShouldBe([0, 1500]);
        Times((await AskAsync(sink, HttpMethod.Get, "/ledger/runs/r1/times?from=6")).Answer).ShouldBeEmpty();
        (await AskAsync(sink, HttpMethod.Get, "/ledger/runs/r2/times")).Status.ShouldBe(HttpStatusCode.NotFound);
        foreach (var query in new[] { "from=-1", "count=0", "count=100001", "from=x", "to=7" })
        {
            (await AskAsync(sink, HttpMethod.Get, "/ledger/runs/r1/times?" + query)).Status.ShouldBe(HttpStatusCode.BadRequest, query);
        }

        static IEnumerable<long?> Times(JsonElement answer) =>
            answer.GetProperty("times").EnumerateArray().Select(time => time.ValueKind == JsonValueKind.Null ? (long?)null : time.GetInt64());
    }

    /// <summary>As the scenario "throttle" does: a schedule of an overlay sets limits, in a time of its own.</summary>
    [Fact]
    public async Task A_report_after_an_overlay_judges_as_one_under_it()
    {
        var clock = new ManualTimeProvider();
        await using var sink = await StartAsync("[domain.\"gmail.com\"]\nbounce = 0\ndefer = 0\n", clock);
        var overlay = JsonSerializer.Serialize(new
        {
            policy = "time_scale = 20\n[[schedule]]\ndomain = \"gmail.com\"\nat = \"+5m\"\nfor = \"15m\"\nset = { limits = { connections = 1 } }\n",
            @for = "10m",
        });
        (await AskAsync(sink, HttpMethod.Post, "/policy/overlay", overlay)).Status.ShouldBe(HttpStatusCode.Created);
        clock.Advance(TimeSpan.FromSeconds(20));

        // Two at once where one is allowed; what was refused comes again after ten seconds, which are 200 for the provider.
        using (var first = await sink.ConnectAsync())
        using (var second = await sink.ConnectAsync())
        {
            foreach (var client in new[] { first, second })
            {
                await client.SayAsync("EHLO client.example");
                await client.SayAsync("MAIL FROM:<a@sender.example>");
            }

            (await first.SayAsync("RCPT TO:<x@gmail.com>")).ShouldStartWith("250 ");
            (await second.SayAsync("RCPT TO:<y@gmail.com>")).ShouldStartWith("4");
        }

        await WaitForAsync(sink, connections: 2);
        clock.Advance(TimeSpan.FromSeconds(10));
        await SendAsync(sink, "a@sender.example", "y@gmail.com");
        await WaitForAsync(sink, connections: 3);
        clock.Advance(TimeSpan.FromSeconds(2));
        var under = (await AskAsync(sink, HttpMethod.Get, "/report")).Answer;
        (await sink.SendAsync(HttpMethod.Delete, "/api/v1/policy/overlay")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        clock.Advance(TimeSpan.FromSeconds(5));
        var after = (await AskAsync(sink, HttpMethod.Get, "/report")).Answer;

        after.GetProperty("senders").GetRawText().ShouldBe(under.GetProperty("senders").GetRawText());
        after.GetProperty("time_scale").GetDouble().ShouldBe(20);
        Rule("keeps-limits").GetProperty("verdict").GetString().ShouldBe("warn");
        Rule("backs-off").GetProperty("number").GetDouble().ShouldBe(200);

        JsonElement Rule(string name) => after.GetProperty("senders")[0].GetProperty("rules").EnumerateArray().Single(rule => rule.GetProperty("rule").GetString() == name);

        // A connection that is closed here ends there a little later.
        static async Task WaitForAsync(RunningSink sink, int connections)
        {
            while ((await sink.ScrapeAsync()).Sum("smartsink_connections_closed_total") < connections)
            {
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task The_sender_s_own_classes_are_judged()
    {
        await using var sink = await StartAsync();
        await SendAsync(sink, "a+r1/0@sender.example", "x@gone.example");
        var (status, report) = await AskAsync(sink, HttpMethod.Post, "/report", "{\"recipient\":\"x@gone.example\",\"class\":\"unknown_user\"}\n", "application/x-ndjson");
        status.ShouldBe(HttpStatusCode.OK);
        Verdict(report).ShouldBe("pass");
        Verdict((await AskAsync(sink, HttpMethod.Get, "/report")).Answer).ShouldBe("not_seen");

        (status, report) = await AskAsync(sink, HttpMethod.Post, "/report", "{\"recipient\":\"x@gone.example\"}\nno\n", "application/x-ndjson");
        status.ShouldBe(HttpStatusCode.BadRequest);
        report.GetProperty("errors").GetArrayLength().ShouldBe(2);

        var large = string.Concat(Enumerable.Repeat("{\"recipient\":\"other@gone.example\",\"class\":\"unknown_user\"}\n", 3_000));
        large.Length.ShouldBeGreaterThan(128 * 1024);
        (await AskAsync(sink, HttpMethod.Post, "/report", large, "text/plain")).Status.ShouldBe(HttpStatusCode.OK);

        static string? Verdict(JsonElement report) =>
            report.GetProperty("senders")[0].GetProperty("rules").EnumerateArray().Single(rule => rule.GetProperty("rule").GetString() == "classification").GetProperty("verdict").GetString();
    }

    private static async Task<RunningSink> StartAsync(string policy = Policy, TimeProvider? clock = null)
    {
        var sink = await RunningSink.StartAsync(policy, clock: clock);
        var (status, answer) = await AskAsync(sink, HttpMethod.Put, "/ledger", "{\"on\": true}");
        (status, answer.GetProperty("on").GetBoolean()).ShouldBe((HttpStatusCode.OK, true));
        return sink;
    }

    /// <summary>Sends a message over a connection of its own.</summary>
    private static async Task SendAsync(RunningSink sink, string sender, string recipient)
    {
        using var client = await sink.ConnectAsync();
        await client.SayAsync("EHLO client.example");
        await client.SayAsync($"MAIL FROM:<{sender}>");
        if ((await client.SayAsync($"RCPT TO:<{recipient}>")).StartsWith('2'))
        {
            await client.SayAsync("DATA");
            await client.SayAsync("Subject: test\r\n\r\nhello\r\n.");
        }

        await client.SayAsync("QUIT");
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> AskAsync(RunningSink sink, HttpMethod method, string path, string? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, sink.Url("/api/v1" + path));
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }

        using var answer = await sink.SendAsync(request);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (answer.StatusCode, document.RootElement.Clone());
    }

    private static async Task<(string Body, HttpResponseHeaders Headers)> ReadAsync(RunningSink sink, string format, string type)
    {
        using var answer = await sink.GetAsync($"/api/v1/report?format={format}");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe(type + "; charset=utf-8");
        return (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.Headers);
    }
}
