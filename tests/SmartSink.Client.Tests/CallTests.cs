using System.Globalization;
using System.Net;
using System.Text.Json;

namespace SmartSink.Client.Tests;

/// <summary>What is sent for each call, and what is read from its answer.</summary>
public sealed class CallTests : IDisposable
{
    private const string Added =
        """{"id":"o-7","name":"yahoo is down","match":{"domain":"yahoo.com"},"do":{"defer":100},"share":50,"times":3,"acted":1,"created_at":"2026-03-04T05:06:07Z","expires_at":"2026-03-04T05:11:07Z","left_seconds":299.5,"new_in_a_later_version":{}}""";

    private readonly FakeSink _sink = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<SinkOverride, string> Rules => new()
    {
        { new() { Domain = "yahoo.com", Defer = 100 }, """{"match":{"domain":"yahoo.com"},"do":{"defer":100}}""" },
        { new() { Domain = "*.example", Bounce = 5.5, Defer = 0 }, """{"match":{"domain":"*.example"},"do":{"defer":0,"bounce":5.5}}""" },
        {
            new() { Recipient = "joe*@*", Sender = "a@b.example", Client = "192.0.2.0/24", Stage = "rcpt", Reply = new SinkReply(451, "4.7.1 later"), Times = 3 },
            """{"match":{"recipient":"joe*@*","sender":"a@b.example","client":"192.0.2.0/24","stage":"rcpt"},"do":{"reply":{"code":451,"msg":"4.7.1 later"}},"times":3}"""
        },
        { new() { Domain = "a.example", Accept = true, For = TimeSpan.FromMinutes(5) }, """{"match":{"domain":"a.example"},"do":{"accept":true},"for":"300s"}""" },
        { new() { Domain = "a.example", Delay = TimeSpan.FromSeconds(1.25), Share = 12.5, Name = "slow" }, """{"match":{"domain":"a.example"},"do":{"delay":"1250ms"},"share":12.5,"name":"slow"}""" },
        { new() { Domain = "a.example", Fault = "accept-then-drop", When = "after" }, """{"match":{"domain":"a.example"},"do":{"fault":"accept-then-drop","when":"after"}}""" },
    };

    public void Dispose() => _sink.Dispose();

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task An_override_is_sent_as_the_API_has_it_in_every_culture(SinkOverride rule, string body)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
        try
        {
            using var client = _sink.Answers(Added, HttpStatusCode.Created).Connect();

            (await client.OverrideAsync(rule, Token)).Id.ShouldBe("o-7");

            _sink.Heard.ShouldBe([new HeardRequest("POST /api/v1/overrides", body, "application/json; charset=utf-8", null, null)]);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task An_override_takes_itself_back_once()
    {
        using var client = _sink.Answers(Added, HttpStatusCode.Created).Answers(HttpStatusCode.NoContent).Connect("secret");
        var down = await client.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Defer = 100 }, Token);
        var added = down.Added;
        (added.Id, added.Name, added.Share, added.Times, added.Acted, added.LeftSeconds).ShouldBe(("o-7", "yahoo is down", 50, 3, 1, 299.5));
        (added.Match.Domains.ShouldNotBeNull().ShouldHaveSingleItem(), added.Do).ShouldBe(("yahoo.com", new OverrideAction { Defer = 100 }));
        (added.ExpiresAt - added.CreatedAt).ShouldBe(TimeSpan.FromMinutes(5));

        await down.DisposeAsync();
        await down.DisposeAsync();

        _sink.Heard.Select(request => request.Line).ShouldBe(["POST /api/v1/overrides", "DELETE /api/v1/overrides/o-7"]);
        _sink.Heard.ShouldAllBe(request => request.Authorization == "Bearer secret");
    }

    [Fact]
    public async Task An_override_that_has_ended_by_itself_is_none_the_worse_for_it()
    {
        using var client = _sink.Answers(Added, HttpStatusCode.Created).Answers(HttpStatusCode.NotFound).Answers(HttpStatusCode.NotFound).Connect();
        await using (await client.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Defer = 100, Times = 1 }, Token))
        {
            (await client.GetOverrideAsync("o-7", Token)).ShouldBeNull();
        }

        _sink.Heard.Select(request => request.Line).ShouldBe(["POST /api/v1/overrides", "GET /api/v1/overrides/o-7", "DELETE /api/v1/overrides/o-7"]);
    }

    [Fact]
    public async Task Overrides_are_listed_and_taken_back()
    {
        using var client = _sink.Answers($$"""{"overrides":[{{Added}},{"id":"3","match":{"domain":["a.example","b.example"]} }]}""").Answers("""{"removed":2}""").Answers(HttpStatusCode.NoContent).Connect();

        var overrides = await client.ListOverridesAsync(Token);
        overrides.Select(one => (one.Id, one.Acted)).ShouldBe([("o-7", 1), ("3", 0)]);
        overrides[1].Match.Domains.ShouldBe(["a.example", "b.example"]);
        (await client.CalmAsync(Token)).ShouldBe(2);
        (await client.RemoveOverrideAsync("a/b?c", Token)).ShouldBeTrue();

        _sink.Heard.Select(request => request.Line).ShouldBe(["GET /api/v1/overrides", "DELETE /api/v1/overrides", "DELETE /api/v1/overrides/a%2Fb%3Fc"]);
    }

    [Fact]
    public async Task Everything_that_can_be_asked_is_asked_for_and_read()
    {
        using var client = _sink
            .Answers("""{"hash":"abc","loaded_at":"2026-03-04T05:06:07Z","total":2,"entries":[{"domain":"yahoo.com","bounce":5,"defer":20,"like":["aol.com"],"expected":{"accepted":75,"tempfail":20,"permfail":5},"replies":[{"kind":"defer","code":421,"text":"4.7.0 later","label":"rate","stage":"rcpt","weight":2}]}],"next":null}""")
            .Answers("""{"at":"2026-03-04T05:06:07Z","status":"ready","started_at":"2026-03-04T05:06:00Z","warnings":["look"],"messages":{"total":7,"per_second":{"1":1,"10":0.7,"60":0.1}},"recipients":{"accepted":{"total":5,"per_second":{"1":0}},"tempfail":{"total":1,"per_second":{"1":0}},"permfail":{"total":1,"per_second":{"1":0}}},"domains":[{"domain":"yahoo.com","recipients":7,"accepted":5,"tempfail":1,"permfail":1,"per_second":{"1":0},"observed":{"accepted":71.4,"tempfail":14.3,"permfail":14.3},"expected":{"accepted":75,"tempfail":20,"permfail":5},"top_reply":{"code":421,"label":"rate","text":"421 4.7.0 later","count":1}}],"domains_left_out":3}""")
            .Answers("""{"valid":false,"errors":1,"warnings":0,"diagnostics":[{"file":"posted.toml","line":2,"column":10,"severity":"error","message":"bounce must be 0 to 100"}]}""")
            .Answers("""{"results":[{"name":"policy","result":"rejected","diagnostics":["responses.toml(1,1): error: no"]}]}""")
            .Answers("""{"events":[],"last_id":41,"sampled":false}""")
            .Connect();

        var policy = await client.PolicyAsync("yahoo.com", from: 3, count: 7, Token);
        policy.Entries.ShouldHaveSingleItem().Expected.ShouldBe(new OutcomeShares { Accepted = 75, TempFail = 20, PermFail = 5 });
        policy.Entries[0].Replies.ShouldHaveSingleItem().ShouldBe(new PolicyReply { Kind = "defer", Code = 421, Text = "4.7.0 later", Label = "rate", Stage = "rcpt", Weight = 2 });
        policy.Next.ShouldBeNull();

        var stats = await client.StatsAsync(5, Token);
        (stats.Messages.Total, stats.Messages.PerSecond["10"], stats.Recipients.TempFail.Total, stats.DomainsLeftOut).ShouldBe((7, 0.7, 1, 3));
        stats.Domains.ShouldHaveSingleItem().TopReply.ShouldBe(new TopReply { Code = 421, Label = "rate", Text = "421 4.7.0 later", Count = 1 });
        stats.Domains[0].Observed!.PermFail.ShouldBe(14.3);

        var check = await client.CheckAsync("[default]\nbounce = 101\n", Token);
        (check.Valid, check.Errors).ShouldBe((false, 1));
        check.Diagnostics.ShouldHaveSingleItem().ToString().ShouldBe("posted.toml(2,10): error: bounce must be 0 to 100");

        (await client.ReloadAsync(Token)).ShouldHaveSingleItem().Result.ShouldBe("rejected");
        (await client.LastEventIdAsync(Token)).ShouldBe(41);

        _sink.Heard.Select(request => request.Line).ShouldBe(
        [
            "GET /api/v1/policy?domain=yahoo.com&from=3&count=7", "GET /api/v1/stats?domains=5", "POST /api/v1/check", "POST /api/v1/reload", "GET /api/v1/events?count=1",
        ]);
        (_sink.Heard[2].Body, _sink.Heard[2].Type).ShouldBe(("[default]\nbounce = 101\n", "text/plain; charset=utf-8"));
    }

    [Fact]
    public async Task An_explanation_keeps_what_has_no_name_here()
    {
        using var client = _sink.Answers($$"""{"recipient":"a+b@yahoo.com","overrides":[{{Added}}],"text":"all of it","entry":"yahoo.com","memory":{"client":"2001:db8::1"} }""").Connect();

        var explained = await client.ExplainAsync("a+b@yahoo.com", client: "2001:db8::1", sender: "x&y@z.example", cancellationToken: Token);

        explained.Overrides.ShouldHaveSingleItem().Name.ShouldBe("yahoo is down");
        (explained.Text, explained.Entry).ShouldBe(("all of it", "yahoo.com"));
        explained.Details.ShouldNotBeNull()["memory"].GetProperty("client").GetString().ShouldBe("2001:db8::1");
        _sink.Heard.ShouldHaveSingleItem().Line.ShouldBe("GET /api/v1/explain?recipient=a%2Bb%40yahoo.com&client=2001%3Adb8%3A%3A1&sender=x%26y%40z.example");
    }

    [Fact]
    public async Task A_report_is_asked_for_and_read()
    {
        using var client = _sink.Answers("""{"on":true}""").Answers("""{"on":true}""")
            .Answers("""
                {"at":"2026-03-04T05:06:07Z","since":"2026-03-04T05:00:00Z","forgotten":0,"time_scale":60,"left_out":1,"senders":[{"client":"192.0.2.1/32","user":"news","grade":"F","accepted":1,"tempfail":2,"permfail":3,"connections":4,
                "rules":[{"rule":"backs-off","title":"Waits","verdict":"fail","weight":"major","number":0.5,"unit":"ratio","finding":"It did not wait.","examples":[{"at":"2026-03-04T05:01:00Z","text":"again","reply":"451 no"}],"why":"w","sources":["RFC 5321"],"table":null},
                {"rule":"tls","verdict":"not_seen","number":null}],"seconds":{"since":"2026-03-04T05:00:00Z","step":1,"accepted":[],"tempfail":[],"permfail":[]}}]}
                """)
            .Answers("""{"on":false}""").Connect(token: "secret");

        await client.StartLedgerAsync(Token);
        await client.ClearLedgerAsync(Token);
        var report = await client.GetReportAsync("r 1", "192.0.2.0/24", TimeSpan.FromSeconds(1.5), Token);
        await client.StopLedgerAsync(Token);

        (report.Since, report.TimeScale, report.LeftOut).ShouldBe((new DateTimeOffset(2026, 3, 4, 5, 0, 0, TimeSpan.Zero), 60, 1));
        var sender = report.Senders.ShouldHaveSingleItem();
        (sender.Client, sender.User, sender.Grade, sender.Accepted, sender.TempFail, sender.PermFail, sender.Connections).ShouldBe(("192.0.2.1/32", "news", "F", 1, 2, 3, 4));
        sender.Rules.Select(rule => (rule.Rule, rule.Verdict, rule.Number, rule.Sources.Count)).ShouldBe([("backs-off", RuleVerdict.Fail, 0.5, 1), ("tls", RuleVerdict.NotSeen, null, 0)]);
        sender.Rules[0].Examples.ShouldHaveSingleItem().Reply.ShouldBe("451 no");
        sender.ToString().ShouldBe("192.0.2.1/32 news: F\n  backs-off: It did not wait.");
        _sink.Heard.Select(request => request.Line).ShouldBe(
            ["PUT /api/v1/ledger", "DELETE /api/v1/ledger", "GET /api/v1/report?run=r%201&client=192.0.2.0%2F24&since=1500ms", "PUT /api/v1/ledger"]);
        (_sink.Heard[0].Body, _sink.Heard[3].Body, _sink.Heard[1].Authorization).ShouldBe(("{\"on\":true}", "{\"on\":false}", "Bearer secret"));
    }

    [Fact]
    public async Task What_a_sink_does_not_say_has_the_value_that_stands_for_nothing()
    {
        using var client = _sink.Answers("{}").Answers("{}").Answers("{}").Answers("{}").Answers("""{"results":[{}]}""").Answers("{}").Connect();

        (await client.PolicyAsync(cancellationToken: Token)).Entries.ShouldBeEmpty();
        var stats = await client.StatsAsync(cancellationToken: Token);
        (stats.Recipients.PermFail.Total, stats.Messages.PerSecond.Count, stats.Warnings.Count).ShouldBe((0, 0, 0));
        (await client.CheckAsync("", Token)).Diagnostics.ShouldBeEmpty();
        (await client.ExplainAsync("joe@yahoo.com", cancellationToken: Token)).Overrides.ShouldBeEmpty();
        (await client.ReloadAsync(Token)).ShouldHaveSingleItem().Diagnostics.ShouldBeEmpty();
        (await client.GetReportAsync(cancellationToken: Token)).Senders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_says_every_mistake_and_its_place()
    {
        using var client = _sink.Answers(
            """{"type":"about:blank","title":"Bad Request","status":400,"detail":"2 mistakes","errors":[{"pointer":"/do/defer","detail":"must be 0 to 100"},{"parameter":"count","detail":"must be 1 to 1000"}]}""",
            HttpStatusCode.BadRequest,
            "application/problem+json").Connect();

        var error = await Should.ThrowAsync<SmartSinkException>(() => client.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Defer = 101 }, Token));

        (error.Status, error.Title, error.Detail).ShouldBe((HttpStatusCode.BadRequest, "Bad Request", "2 mistakes"));
        error.Mistakes.ShouldBe([new SinkMistake { JsonPointer = "/do/defer", Detail = "must be 0 to 100" }, new SinkMistake { Parameter = "count", Detail = "must be 1 to 1000" }]);
        error.Message.ShouldBe("400 Bad Request: 2 mistakes\n  /do/defer: must be 0 to 100\n  count: must be 1 to 1000");
    }

    [Theory]
    [InlineData("<html>", "text/html")]
    [InlineData("{", "application/problem+json")]
    [InlineData("null", "application/problem+json")]
    [InlineData("{\"errors\":null}", "application/problem+json")]
    public async Task A_refusal_of_something_else_on_the_way_is_told_by_its_status(string body, string type)
    {
        using var client = _sink.Answers(body, HttpStatusCode.BadGateway, type).Connect();

        var error = await Should.ThrowAsync<SmartSinkException>(() => client.StatsAsync(cancellationToken: Token));

        error.Message.ShouldBe("502 Bad Gateway");
        error.Mistakes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_that_is_missing_is_told_when_an_override_is_taken_back_too()
    {
        using var client = _sink.Answers(Added, HttpStatusCode.Created).Answers("""{"title":"Forbidden","status":403,"detail":"set SINK_API_TOKEN"}""", HttpStatusCode.Forbidden, "application/problem+json").Connect();
        var down = await client.OverrideAsync(new SinkOverride { Domain = "yahoo.com", Defer = 100 }, Token);

        (await Should.ThrowAsync<SmartSinkException>(async () => await down.DisposeAsync())).Message.ShouldBe("403 Forbidden: set SINK_API_TOKEN");
    }

    [Fact]
    public async Task An_address_may_have_a_path_and_a_client_of_the_caller_s_stays_open()
    {
        using var http = new HttpClient(_sink.Answers("""{"overrides":[]}""").Answers("""{"overrides":[]}""")) { BaseAddress = new Uri("http://proxy.test/sink/") };
        for (var time = 0; time < 2; time++)
        {
            using var client = new SmartSinkClient(http);
            (await client.ListOverridesAsync(Token)).ShouldBeEmpty();
        }

        _sink.Heard.ShouldAllBe(request => request.Line == "GET /sink/api/v1/overrides");
        using var nowhere = new HttpClient();
        Should.Throw<ArgumentException>(() => new SmartSinkClient(nowhere)).Message.ShouldStartWith("The HttpClient has no BaseAddress");
    }

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("7-12", 7, 12)]
    public async Task A_range_of_numbers_is_read_as_it_is_written(string text, long first, long last)
    {
        using var client = _sink.Answers($$"""{"run":"r","accepted":["{{text}}"]}""").Connect();

        var range = (await client.GetRunAsync("a/b", Token)).ShouldNotBeNull().Accepted.ShouldHaveSingleItem();

        (range.First, range.Last, range.Count, range.ToString()).ShouldBe((first, last, last - first + 1, text));
        (range.Contains(first), range.Contains(last), range.Contains(last + 1), range.Contains(first - 1)).ShouldBe((true, true, false, false));
        _sink.Heard.ShouldHaveSingleItem().Line.ShouldBe("GET /api/v1/ledger/runs/a%2Fb");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("1-2-3")]
    [InlineData("x")]
    public async Task What_is_no_range_of_numbers_is_an_error(string text)
    {
        using var client = _sink.Answers($$"""{"run":"r","accepted":["{{text}}"]}""").Connect();

        await Should.ThrowAsync<JsonException>(() => client.GetRunAsync("r", Token));
    }

    [Fact]
    public async Task A_log_is_sent_as_lines_of_JSON()
    {
        using var client = _sink.Answers("""{"senders":[]}""").Connect();

        await client.GetClassifiedReportAsync([new("joe@yahoo.com", "unknown_user", "news@a.example"), new("\"ann\"@gmail.com", "soft")], "r1", since: TimeSpan.FromMinutes(10), cancellationToken: Token);

        var request = _sink.Heard.ShouldHaveSingleItem();
        (request.Line, request.Type).ShouldBe(("POST /api/v1/report?run=r1&since=600s", "application/x-ndjson; charset=utf-8"));
        request.Body!.Split('\n').ShouldBe(["""{"recipient":"joe@yahoo.com","class":"unknown_user","sender":"news@a.example"}""", """{"recipient":"\u0022ann\u0022@gmail.com","class":"soft"}""", ""]);
    }
}
