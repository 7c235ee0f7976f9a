using System.Net;
using System.Text;
using System.Text.Json;
using SmartSink.Http.Api;
using SmartSink.Testing.Time;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Http;

/// <summary>/stats, /stats/history, /connections and /senders of a whole sink, by a clock that the test moves.</summary>
public sealed class StatsApiTests
{
    private const string Policy =
        """
        [default]
        bounce = 0
        defer = 0

        [domain."later.example"]
        defer = 100

        [[defer."later.example"]]
        code = 451
        msg = "4.7.1 Too much from {client_ip}\nsee {id:hex16}"
        """;

    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task Stats_count_and_tell_how_fast_and_beside_what_was_to_be_expected()
    {
        await using var sink = await StartAsync();
        using (var client = await sink.ConnectAsync())
        {
            await DeliverAsync(client, "a@later.example", "b@later.example", "c@good.example");
            _clock.Advance(TimeSpan.FromSeconds(2));
            var stats = await GetAsync(sink, "/api/v1/stats");
            stats.GetProperty("at").GetDateTimeOffset().ShouldBe(_clock.GetUtcNow());
            stats.GetProperty("started_at").GetDateTimeOffset().ShouldBe(_clock.GetUtcNow().AddSeconds(-2));
            stats.GetProperty("status").GetString().ShouldBe("ready");
            stats.GetProperty("policy").GetProperty("domains").GetInt32().ShouldBe(1);
            stats.GetProperty("connections").GetProperty("open").GetInt32().ShouldBe(1);
            stats.GetProperty("connections").GetProperty("total").GetInt32().ShouldBe(1);
            stats.GetProperty("connections").GetProperty("limit").GetInt32().ShouldBeGreaterThan(0);
            stats.GetProperty("messages").GetRawText().ShouldBeJson("""{"total":1,"per_second":{"1":0,"10":0.5,"60":0.5}}""");
            stats.GetProperty("recipients").GetProperty("accepted").GetRawText().ShouldBeJson("""{"total":1,"per_second":{"1":0,"10":0.5,"60":0.5}}""");
            stats.GetProperty("recipients").GetProperty("tempfail").GetRawText().ShouldBeJson("""{"total":2,"per_second":{"1":0,"10":1,"60":1}}""");
            stats.GetProperty("recipients").GetProperty("permfail").GetProperty("total").GetInt32().ShouldBe(0);
            stats.GetProperty("recipients").GetProperty("abandoned").GetInt32().ShouldBe(0);
            stats.GetProperty("domains").GetRawText().ShouldBeJson(
                """
                [{"domain":"later.example","recipients":2,"accepted":0,"tempfail":2,"permfail":0,"per_second":{"1":0,"10":1,"60":1},
                  "observed":{"accepted":0,"tempfail":100,"permfail":0},"expected":{"accepted":0,"tempfail":100,"permfail":0},
                  "top_reply":{"code":451,"label":"system","text":"4.7.1 Too much from {client_ip}\n4.7.1 see {id:hex16}","count":2}},
                 {"domain":"other","recipients":1,"accepted":1,"tempfail":0,"permfail":0,"per_second":{"1":0,"10":0.5,"60":0.5},
                  "observed":{"accepted":100,"tempfail":0,"permfail":0},"expected":{"accepted":100,"tempfail":0,"permfail":0},"top_reply":null}]
                """);
            stats.GetProperty("domains_left_out").GetInt32().ShouldBe(0);
            stats.GetProperty("warnings").GetArrayLength().ShouldBe(0);
        }

        _clock.Advance(TimeSpan.FromMinutes(2));
        var later = await GetAsync(sink, "/api/v1/stats?domains=1");
        later.GetProperty("domains").GetArrayLength().ShouldBe(1);
        later.GetProperty("domains")[0].GetProperty("observed").ValueKind.ShouldBe(JsonValueKind.Null);
        later.GetProperty("domains_left_out").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task History_has_whole_seconds_the_oldest_first()
    {
        await using var sink = await StartAsync();
        using var client = await sink.ConnectAsync();
        await DeliverAsync(client, "a@later.example", "c@good.example");
        _clock.Advance(TimeSpan.FromSeconds(1));
        await DeliverAsync(client, "c@good.example", "d@good.example");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));

        (await GetAsync(sink, "/api/v1/stats/history")).GetRawText().ShouldBeJson(
            $$"""{"until":{{_clock.GetUtcNow().ToUnixTimeSeconds()}},"step":1,"accepted":[1,2,0],"tempfail":[1,0,0],"permfail":[0,0,0],"messages":[1,1,0],"connections":[1,1,1]}""");
        (await GetAsync(sink, "/api/v1/stats/history?seconds=2")).GetProperty("accepted").GetRawText().ShouldBeJson("[2,0]");
    }

    [Fact]
    public async Task A_rejected_reload_is_told_with_what_to_do()
    {
        await using var sink = await StartAsync();
        await File.WriteAllTextAsync(sink.PolicyFile, Policy + "\n[domain.\"x.example\"]\nbounce = 101\n", TestContext.Current.CancellationToken);
        sink.App.Reload();
        var warning = (await GetAsync(sink, "/api/v1/stats")).GetProperty("warnings").EnumerateArray().ShouldHaveSingleItem().GetString()!;
        warning.ShouldStartWith("The policy files were changed at ");
        warning.ShouldContain("responses.toml(");
        warning.ShouldEndWith("Fix the files; they are reread automatically.");
    }

    [Fact]
    public async Task An_override_that_nobody_took_back_is_told_after_an_hour()
    {
        await using var sink = await StartAsync();
        using var http = new HttpClient();
        using var given = new StringContent("""{"match":{"domain":"later.example"},"do":{"accept":true},"for":"3h"}""", Encoding.UTF8, "application/json");
        using var added = await http.PostAsync(sink.Url("/api/v1/overrides"), given, TestContext.Current.CancellationToken);
        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        _clock.Advance(TimeSpan.FromMinutes(59));
        (await GetAsync(sink, "/api/v1/stats")).GetProperty("warnings").GetArrayLength().ShouldBe(0);
        _clock.Advance(TimeSpan.FromMinutes(2));
        (await GetAsync(sink, "/api/v1/stats")).GetProperty("warnings").EnumerateArray().ShouldHaveSingleItem().GetString()
            .ShouldBe("An override is in force, added at 03:04 UTC, more than an hour ago. Remove what is no longer wanted: smartsink calm.");
    }

    [Fact]
    public async Task Connections_and_senders_are_listed()
    {
        await using var sink = await StartAsync();
        using var first = await sink.ConnectAsync();
        await DeliverAsync(first, "a@later.example", "c@good.example");
        using var second = await sink.ConnectAsync();
        _clock.Advance(TimeSpan.FromSeconds(40));
        await DeliverAsync(second, "a@later.example", "c@good.example");

        var page = await GetAsync(sink, "/api/v1/connections?count=1");
        page.GetProperty("open").GetInt32().ShouldBe(2);
        var listed = page.GetProperty("connections").EnumerateArray().ShouldHaveSingleItem();
        listed.GetProperty("listener").GetString().ShouldBe("smtp");
        listed.GetProperty("client").GetString().ShouldBe("127.0.0.1");
        listed.GetProperty("state").GetString().ShouldBe("idle");
        listed.GetProperty("messages").GetInt32().ShouldBe(1);
        (_clock.GetUtcNow() - listed.GetProperty("since").GetDateTimeOffset()).TotalSeconds.ShouldBeInRange(40, 40.1);
        var next = page.GetProperty("next").GetInt64();
        var rest = await GetAsync(sink, $"/api/v1/connections?from={next}");
        rest.GetProperty("connections").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetInt64().ShouldBe(next);
        rest.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
        (await GetAsync(sink, "/api/v1/connections?client=127.0.0.0/8")).GetProperty("connections").GetArrayLength().ShouldBe(2);
        (await GetAsync(sink, "/api/v1/connections?client=192.0.2.1")).GetProperty("connections").GetArrayLength().ShouldBe(0);

        (await GetAsync(sink, "/api/v1/senders")).GetRawText().ShouldBeJson(
            $$$"""
            {"senders":[{"client":"127.0.0.1/32","connections_open":2,"connections":2,"messages":2,"recipients":4,"refused":2,
              "first_seen":"{{{_clock.GetUtcNow().AddSeconds(-40):yyyy-MM-ddTHH:mm:ss}}}+00:00","last_seen":"{{{_clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss}}}+00:00",
              "retries":1,"retry_gap_seconds":{"p50":39.675,"p90":39.675,"max":40}}],"left_out":0,"retries_unseen":0}
            """);
    }

    [Theory]
    [InlineData("/api/v1/stats?domains=1001")]
    [InlineData("/api/v1/stats?domain=1")]
    [InlineData("/api/v1/stats/history?seconds=0")]
    [InlineData("/api/v1/connections?from=-1&count=0")]
    [InlineData("/api/v1/connections?client=here")]
    [InlineData("/api/v1/connections?client=192.0.2.0/33")]
    [InlineData("/api/v1/senders?count=x")]
    public async Task A_query_that_is_wrong_is_refused(string path)
    {
        await using var sink = await RunningSink.StartAsync();
        using var response = await sink.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Theory]
    [InlineData("192.0.2.77", "192.0.2.77/32")]
    [InlineData("::ffff:192.0.2.77", "192.0.2.77/32")]
    [InlineData("192.0.2.77/24", "192.0.2.0/24")]
    [InlineData("2001:db8::77/64", "2001:db8::/64")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("192.0.2.77/", null)]
    [InlineData("192.0.2.77/-1", null)]
    [InlineData("/8", null)]
    [InlineData("", null)]
    public void A_client_is_an_address_or_a_network(string text, string? network)
    {
        ConnectionsApi.TryReadNetwork(text, out var read).ShouldBe(network is not null);
        read?.ToString().ShouldBe(network);
    }

    [Fact]
    public void States_are_words() =>
        ConnectionReport.States.ShouldBe(["proxy_header", "tls_handshake", "greeting", "refused", "connected", "idle", "auth", "mail", "rcpt", "data", "delayed", "sending", "silent", "closing"]);

    private async Task<RunningSink> StartAsync()
    {
        var sink = await RunningSink.StartAsync(Policy, clock: _clock);

        // What is to be done at once is done when time goes by.
        _clock.Advance(TimeSpan.Zero);
        return sink;
    }

    private static async Task DeliverAsync(SmtpProbe client, params string[] recipients)
    {
        await client.SayAsync("EHLO client.example");
        await client.SayAsync("MAIL FROM:<s@origin.example>");
        foreach (var recipient in recipients)
        {
            await client.SayAsync($"RCPT TO:<{recipient}>");
        }

        await client.SayAsync("DATA");
        (await client.SayAsync("Text\r\n.")).ShouldStartWith("250 ");
    }

    private static async Task<JsonElement> GetAsync(RunningSink sink, string path)
    {
        using var response = await sink.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}

/// <summary>Compares JSON whatever its white space.</summary>
internal static class JsonShould
{
    public static void ShouldBeJson(this string actual, string expected) => Plain(actual).ShouldBe(Plain(expected));

    private static string Plain(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);
}
