using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SmartSink.Behaviour;
using SmartSink.Behaviour.Rules;
using SmartSink.Http.Api;
using SmartSink.Policy;
using SmartSink.Scenarios;
using SmartSink.Testing.Time;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Http;

/// <summary>The API's overrides on a whole sink: what comes back, what mail sees of it, and every way of being wrong.</summary>
public sealed class OverrideApiTests
{
    private const string Path = "/api/v1/overrides";
    private const string Policy = "[domain.\"yahoo.com\"]\nbounce = 0\n";

    [Fact]
    public async Task An_override_is_added_shown_met_and_taken_back()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        using var client = await sink.ConnectAsync();
        (await client.RcptAsync("a@yahoo.com")).ShouldStartWith("250 ");

        var (status, added, headers) = await PostAsync(sink, """{ "match": { "domain": "yahoo.com" }, "do": { "defer": 100 }, "for": "5m", "name": "yahoo is down" }""");
        status.ShouldBe(HttpStatusCode.Created);
        headers.Location.ShouldBe(new Uri(Path + "/1", UriKind.Relative));
        added.GetProperty("id").GetString().ShouldBe("1");
        added.GetProperty("name").GetString().ShouldBe("yahoo is down");
        added.GetProperty("match").GetRawText().Replace(" ", string.Empty, StringComparison.Ordinal).ReplaceLineEndings(string.Empty).ShouldBe("""{"domain":"yahoo.com"}""");
        added.GetProperty("do").GetRawText().Replace(" ", string.Empty, StringComparison.Ordinal).ReplaceLineEndings(string.Empty).ShouldBe("""{"defer":100}""");
        added.GetProperty("share").GetDouble().ShouldBe(100);
        added.GetProperty("times").ValueKind.ShouldBe(JsonValueKind.Null);
        (added.GetProperty("expires_at").GetDateTimeOffset() - added.GetProperty("created_at").GetDateTimeOffset()).ShouldBe(TimeSpan.FromMinutes(5));
        added.GetProperty("left_seconds").GetDouble().ShouldBe(300);

        (await client.RcptAsync("a@yahoo.com")).ShouldStartWith("451 ");
        (await client.RcptAsync("a@other.example")).ShouldStartWith("250 ");
        (await GetAsync(sink, Path)).GetProperty("overrides")[0].GetProperty("acted").GetInt64().ShouldBe(1);
        (await GetAsync(sink, Path + "/1")).GetProperty("name").GetString().ShouldBe("yahoo is down");

        (await DeleteAsync(sink, Path + "/1")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await DeleteAsync(sink, Path + "/1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await sink.GetAsync(Path + "/1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.RcptAsync("a@yahoo.com")).ShouldStartWith("250 ");
    }

    [Fact]
    public async Task Calm_takes_all_of_them_back()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        for (var i = 0; i < 3; i++)
        {
            (await PostAsync(sink, """{ "do": { "fault": "drop" }, "match": { "domain": ["a.example", "*.b.example"] } }""")).Status.ShouldBe(HttpStatusCode.Created);
        }

        var list = (await GetAsync(sink, Path)).GetProperty("overrides");
        list.EnumerateArray().Select(rule => rule.GetProperty("id").GetString()).ShouldBe(["3", "2", "1"]);
        list[0].GetProperty("match").GetProperty("domain").EnumerateArray().Select(name => name.GetString()).ShouldBe(["a.example", "*.b.example"]);
        list[0].GetProperty("name").GetString().ShouldBe("drop for a.example, *.b.example");
        using var answer = await DeleteAsync(sink, Path);
        (await JsonOf(answer)).GetProperty("removed").GetInt32().ShouldBe(3);
        (await GetAsync(sink, Path)).GetProperty("overrides").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task It_ends_by_itself_and_no_reload_ends_it()
    {
        var clock = new ManualTimeProvider();
        await using var sink = await RunningSink.StartAsync(Policy, clock: clock);
        await PostAsync(sink, """{ "do": { "reply": { "code": 450, "msg": "4.2.1 Not now, {domain}", "label": "rate_limit" } }, "for": "5m" }""");
        using var client = await sink.ConnectAsync();
        (await client.RcptAsync("a@yahoo.com")).ShouldBe("450 4.2.1 Not now, yahoo.com");
        await File.WriteAllTextAsync(sink.PolicyFile, "[default]\nbounce = 0\n", TestContext.Current.CancellationToken);
        sink.App.Reload();
        (await client.RcptAsync("a@yahoo.com")).ShouldBe("450 4.2.1 Not now, yahoo.com");
        clock.Advance(TimeSpan.FromMinutes(5));
        (await GetAsync(sink, Path)).GetProperty("overrides").GetArrayLength().ShouldBe(0);

        // The first client's idle timeout is over.
        using var next = await sink.ConnectAsync();
        (await next.RcptAsync("a@yahoo.com")).ShouldStartWith("250 ");
    }

    [Fact]
    public async Task A_new_process_knows_nothing_of_them()
    {
        await using (var before = await RunningSink.StartAsync(Policy))
        {
            await PostAsync(before, """{ "do": { "defer": 100 } }""");
        }

        await using var sink = await RunningSink.StartAsync(Policy);
        (await GetAsync(sink, Path)).GetProperty("overrides").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("", ": the body is not JSON: line 1, byte 1")]
    [InlineData("[]", ": the body must be an object, not a list")]
    [InlineData("{\n \"do\": nul", ": the body is not JSON: line 2, byte 11")]
    [InlineData("""{ "do": { "defer": 1, "defer": 2 } }""", ": the body is not JSON, or gives a name twice")]
    [InlineData("""{ "do": { "accept": true }, "\ud800": 1 }""", ": a name in the body is not Unicode text")]
    [InlineData("""{ }""", "/do: do must be one of defer and bounce, reply, accept, delay or fault")]
    [InlineData("""{ "do": 5, "match": "x", "share": "all" }""", "/match: match must be an object, not a string|/do: do must be an object, not 5|/share: share must be a number, not a string")]
    [InlineData("""{ "do": { "accept": true }, "time": 3, "a/b~c": 1 }""", "/time: unknown field \"time\", did you mean \"times\"?|/a~1b~0c: unknown field \"a/b~c\"")]
    [InlineData("""{ "do": { "deffer": 3 } }""", "/do/deffer: unknown field \"deffer\", did you mean \"defer\"?")]
    [InlineData("""{ "do": { "accept": "yes" }, "times": 1.5, "for": 300 }""", "/do/accept: accept must be true or false, not a string|/times: times must be a whole number, not 1.5|/for: for must be a string, not 300")]
    [InlineData("""{ "do": { "reply": { "code": "451", "msg": ["a"] } }, "match": { "domain": [1], "sender": "\udc00" } }""", "/do/reply/code: code must be a whole number, not a string|/do/reply/msg: msg must be a string, not a list|/match/domain: domain must be a string or a list of strings|/match/sender: sender is not Unicode text")]
    [InlineData("""{ "do": { "defer": 1e999 }, "times": 99999999999999999999999999999999999999 }""", "/times: times must be a whole number, not a longer number|/do/defer: defer = Infinity is out of range; it must be 0 to 100")]
    [InlineData("""{ "do": { "defer": 50 }, "match": { "domain": "yahoo.com", "stage": "mail" } }""", "/match/domain: no recipient is known at stage mail, so no domain can be matched|/match/stage: rates are drawn at stage rcpt, not mail; each of the domain's replies is given at its own stage")]
    public async Task All_mistakes_are_told_with_their_pointers(string body, string expected)
    {
        var (status, problem) = await new OverrideEndpoint().AddAsync(body);
        status.ShouldBe(HttpStatusCode.BadRequest);
        problem.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("pointer").GetString()}: {error.GetProperty("detail").GetString()}").ShouldBe(expected.Split('|'));
        problem.GetProperty("detail").GetString().ShouldBe("The override has mistakes, and nothing was changed");
    }

    [Fact]
    public async Task What_is_null_counts_as_left_out() =>
        (await new OverrideEndpoint().AddAsync("""{ "do": { "accept": true, "defer": null }, "match": null, "times": null, "name": null }""")).Status.ShouldBe(HttpStatusCode.Created);

    [Fact]
    public async Task A_body_that_is_too_long_is_refused_also_without_a_length()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        var body = Encoding.UTF8.GetBytes("""{ "do": { "accept": true } }""".PadRight(ApiBody.MostBytes));
        (await SendAsync(sink, new ByteArrayContent(body))).ShouldBe(HttpStatusCode.Created);
        (await SendAsync(sink, new ByteArrayContent([.. body, (byte)' ']))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await SendAsync(sink, new StreamContent(new MemoryStream([.. body, (byte)' '])), chunked: true)).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Only_JSON_is_taken(string? type)
    {
        var (status, problem) = await new OverrideEndpoint().AddAsync("""{ "do": { "accept": true } }""", type);
        status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        problem.GetProperty("detail").GetString().ShouldBe("The body must be application/json in UTF-8, not compressed: send the header Content-Type: application/json");
    }

    [Fact]
    public async Task Ten_thousand_are_enough()
    {
        var endpoint = new OverrideEndpoint();
        for (var i = 0; i < OverrideBook.Most; i++)
        {
            endpoint.Behaviour.AddOverride(new OverrideText { Do = new OverrideAction { Accept = true } }, [], default).Added.ShouldNotBeNull();
        }

        var (status, problem) = await endpoint.AddAsync("""{ "do": { "accept": true } }""");
        status.ShouldBe(HttpStatusCode.Conflict);
        problem.GetProperty("detail").GetString().ShouldBe("There are 10,000 overrides, which is the limit: remove some, or wait until some have ended");
    }

    /// <summary>Whatever a body says, reading it ends with an override or with mistakes, and one that is taken is shown as it was given.</summary>
    [Fact]
    public void Any_JSON_is_read_or_refused_and_what_is_taken_comes_back_as_it_was()
    {
        var taken = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(Arb.From(Body), body =>
        {
            var reader = new OverrideJsonReader();
            var given = reader.Read(Encoding.UTF8.GetBytes(body));
            var result = given is null ? new OverrideResult(null, reader.Problems) : new OverrideBook(null).Add(given, reader.Problems, 7, default);
            if (result.Added is not { } added)
            {
                return result.Problems.Count > 0 && result.Problems.All(problem => (problem.Pointer.Length == 0 || problem.Pointer[0] == '/') && problem.Detail.Length > 0);
            }

            taken++;
            var shown = JsonSerializer.SerializeToUtf8Bytes(added.Given, OverrideJson.Default.OverrideText);
            var again = new OverrideJsonReader();
            return JsonSerializer.Serialize(again.Read(shown), OverrideJson.Default.OverrideText) == Encoding.UTF8.GetString(shown) && again.Problems.Count == 0;
        }));
        taken.ShouldBeGreaterThan(100);
    }

    private static Gen<string> Body
    {
        get
        {
            string[] anything =
            [
                "null", "true", "false", "0", "1", "50", "100", "101", "-1", "1e400", "1.5", "451", "\"\"", "\"*\"", "\"5m\"", "\"25h\"", "\"rcpt\"", "\"data\"", "\"connect\"", "\"drop\"", "\"yahoo.com\"",
                "\"*.example\"", "\"192.0.2.0/24\"", "\"\\ud800\"", "\"{client_ip}\"", "\"{\"", "[]", "{}", "[\"a.example\",\"b.*\"]", "[1]", "{\"defer\":1}", "{\"code\":451,\"msg\":\"4.7.1 x\"}", "{\"code\":550}",
                "{\"domain\":\"yahoo.com\"}", "{\"accept\":true}", "{\"accept\":true,\"defer\":1}", "{\"bounce\":5,\"defer\":0}", "{\"delay\":\"1s..3s\"}", "{\"fault\":\"accept-then-drop\",\"when\":\"after\"}",
                "{\"reply\":{\"code\":451,\"msg\":\"4.7.1 x\"}}", "{\"reply\":{\"code\":1,\"msg\":2}}", "{\"client\":\"192.0.2.0/24\",\"stage\":\"ehlo\"}", "{\"recipient\":\"a@*\",\"sender\":\"\"}",
            ];
            string[] names = ["match", "do", "share", "times", "for", "name", "Do", "\\ud800", "match"];
            var value = Gen.Elements(anything);
            var entry = from name in Gen.Elements(names) from text in value select $"\"{name}\":{text}";
            var good =
                from action in Gen.Elements(anything[^9..])
                from match in Gen.Elements("{}", "{\"domain\":\"yahoo.com\"}", "{\"domain\":[\"a.example\",\"*.b.example\"],\"client\":\"192.0.2.7\"}", "{\"sender\":\"\"}")
                from share in Gen.Choose(1, 100)
                from times in Gen.Choose(1, 9)
                select $"{{\"do\":{action},\"match\":{match},\"share\":{share},\"times\":{times},\"for\":\"90s\"}}";
            var random = from count in Gen.Choose(0, 5) from fields in Gen.ArrayOf(entry, count) select $"{{{string.Join(',', fields)}}}";
            var broken = from text in random from length in Gen.Choose(0, 40) select text[..Math.Min(length, text.Length)];
            return Gen.OneOf(good, random, broken, value);
        }
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer, HttpResponseHeaders Headers)> PostAsync(RunningSink sink, string body)
    {
        using var http = new HttpClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(sink.Url(Path), content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await JsonOf(answer), answer.Headers);
    }

    private static async Task<HttpStatusCode> SendAsync(RunningSink sink, HttpContent content, bool chunked = false)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, sink.Url(Path)) { Content = content };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = chunked ? true : null;
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> GetAsync(RunningSink sink, string path)
    {
        using var answer = await sink.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await JsonOf(answer);
    }

    private static Task<HttpResponseMessage> DeleteAsync(RunningSink sink, string path) => sink.SendAsync(HttpMethod.Delete, path);

    private static async Task<JsonElement> JsonOf(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    /// <summary>The call that adds an override, without a server around it.</summary>
    private sealed class OverrideEndpoint
    {
        private readonly Endpoint _add;
        private readonly IServiceProvider _services;

        public OverrideEndpoint()
        {
            var policy = PolicyLoader.Load("builtin:responses.toml").Snapshot!;
            Behaviour = new BehaviourFilters(() => policy, default);
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore();
            builder.Services.AddRoutingCore();
            builder.Services.Configure<JsonOptions>(options => ApiJson.Set(options.SerializerOptions));
            IEndpointRouteBuilder app = builder.Build();
            _services = app.ServiceProvider;
            app.MapOverrideApi(Behaviour, () => default);
            _add = app.DataSources.SelectMany(source => source.Endpoints).Single(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == "addOverride");
        }

        public BehaviourFilters Behaviour { get; }

        public async Task<(HttpStatusCode Status, JsonElement Answer)> AddAsync(string body, string? type = "application/json")
        {
            using var answer = new MemoryStream();
            var context = new DefaultHttpContext { RequestServices = _services, Request = { Method = "POST", ContentType = type, Body = new MemoryStream(Encoding.UTF8.GetBytes(body)) }, Response = { Body = answer } };
            context.SetEndpoint(_add);
            await _add.RequestDelegate!(context);
            return ((HttpStatusCode)context.Response.StatusCode, JsonDocument.Parse(answer.ToArray()).RootElement);
        }
    }
}
