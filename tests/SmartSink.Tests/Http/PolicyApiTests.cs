using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SmartSink.Http.Api;
using SmartSink.Testing;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Http;

/// <summary>/policy, /explain, /check and /reload.</summary>
public sealed class PolicyApiTests
{
    private const string Policy =
        """
        seed = 7
        domain_suffix = "sink.test"
        behaviour = "provider"
        [default]
        bounce = 10
        [domain."gmail.com"]
        defer = 12.5
        tls = "required"
        [domain."gmail.com".limits]
        rate = "100/h"
        [domain."*.google.example"]
        like = "gmail.com"
        [[bounce."gmail.com"]]
        code = 550
        msg = "5.1.1 <{recipient}> is unknown\nsecond line"
        weight = 3
        label = "suspended"
        [[bounce."gmail.com"]]
        code = 421
        msg = "slow down"
        [[fault]]
        name = "dead line"
        stage = "data"
        do = "drop"
        domain = "gmail.com"

        """;

    [Fact]
    public async Task The_policy_is_shown_by_entry_with_all_that_it_inherits()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        var policy = await GetAsync(sink, "/api/v1/policy");
        policy.GetProperty("hash").GetString().ShouldBe(sink.App.Policy.Current.Hash);
        policy.GetProperty("behaviour").GetString().ShouldBe("provider");
        policy.GetProperty("seed").GetInt64().ShouldBe(7);
        Texts(policy.GetProperty("domain_suffix")).ShouldBe(["sink.test"]);
        policy.GetProperty("last_reload").ValueKind.ShouldBe(JsonValueKind.Null);
        policy.GetProperty("total").GetInt32().ShouldBe(3);
        policy.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
        policy.GetProperty("rules")[0].GetProperty("name").GetString().ShouldBe("dead line");
        var entries = policy.GetProperty("entries").EnumerateArray().ToList();
        entries.Select(Name).ShouldBe(["other", "gmail.com", "*.google.example"]);
        foreach (var entry in entries.Skip(1))
        {
            entry.GetProperty("bounce").GetDecimal().ShouldBe(10);
            entry.GetProperty("defer").GetDecimal().ShouldBe(12.5m);
            entry.GetProperty("tls_required").GetBoolean().ShouldBeTrue();
            entry.GetProperty("limits").GetProperty("rate").GetString().ShouldBe("100/h");

            // One reply in four of the list of bounces is a 4xx.
            var expected = entry.GetProperty("expected");
            expected.GetProperty("accepted").GetDouble().ShouldBe(77.5);
            expected.GetProperty("tempfail").GetDouble().ShouldBe(15);
            expected.GetProperty("permfail").GetDouble().ShouldBe(7.5);
            var reply = entry.GetProperty("replies")[0];
            reply.GetProperty("text").GetString().ShouldBe("5.1.1 <{recipient}> is unknown\n5.1.1 second line");
            reply.GetProperty("kind").GetString().ShouldBe("bounce");
            reply.GetProperty("label").GetString().ShouldBe("suspended");
            reply.GetProperty("weight").GetDecimal().ShouldBe(3);
            reply.GetProperty("percent").GetDecimal().ShouldBe(7.5m);
        }
    }

    [Fact]
    public async Task Entries_come_in_pages_or_one_alone()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        var first = await GetAsync(sink, "/api/v1/policy?count=2");
        first.GetProperty("entries").EnumerateArray().Select(Name).ShouldBe(["other", "gmail.com"]);
        first.GetProperty("next").GetInt32().ShouldBe(2);
        var second = await GetAsync(sink, "/api/v1/policy?count=2&from=2");
        second.GetProperty("entries").EnumerateArray().Select(Name).ShouldBe(["*.google.example"]);
        second.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
        foreach (var (asked, entry) in new[] { ("GMAIL.com", "gmail.com"), ("mx.google.example.sink.test", "*.google.example"), ("*.google.example", "*.google.example"), ("other", "other"), ("nobody.example", "other") })
        {
            var found = await GetAsync(sink, $"/api/v1/policy?domain={asked}");
            found.GetProperty("entries").EnumerateArray().Select(Name).ShouldBe([entry]);
            found.GetProperty("total").GetInt32().ShouldBe(3);
        }
    }

    [Theory]
    [InlineData("/api/v1/policy?count=0&from=-1&domain=a..b&limit=3", "limit", "domain", "from", "count")]
    [InlineData("/api/v1/policy?count=1001", "count")]
    [InlineData("/api/v1/policy?count=1&count=2", "count")]
    [InlineData("/api/v1/policy?count=%001", "count")]
    [InlineData("/api/v1/explain", "recipient")]
    [InlineData("/api/v1/explain?recipient=", "recipient")]
    [InlineData("/api/v1/explain?recipient=a@b@&client=300.1.1.1&destination=x", "client", "destination")]
    [InlineData("/api/v1/explain?recipient=*.example", "recipient")]
    public async Task All_mistakes_of_a_query_are_told_at_once(string path, params string[] parameters)
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        using var answer = await sink.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await ProblemAsync(answer);
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("parameter").GetString()).ShouldBe(parameters, ignoreOrder: true);
        problem.GetProperty("errors").EnumerateArray().ShouldAllBe(error => error.GetProperty("detail").GetString()!.Length > 0);
    }

    [Fact]
    public async Task An_address_is_explained_with_its_lines_and_its_parts()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        var answer = await GetAsync(sink, "/api/v1/explain?recipient=421-x@mx.google.example.sink.test&client=127.0.0.1&sender=a@b.example");
        answer.GetProperty("text").GetString().ShouldBe(sink.App.Policy.Current.Explain("421-x@mx.google.example.sink.test").ToText());
        answer.GetProperty("domain").GetString().ShouldBe("mx.google.example");
        answer.GetProperty("suffix_cut").GetString().ShouldBe("sink.test");
        answer.GetProperty("match").GetString().ShouldBe("pattern");
        answer.GetProperty("entry").GetString().ShouldBe("*.google.example");
        Texts(answer.GetProperty("like")).ShouldBe(["gmail.com"]);
        answer.GetProperty("defer").GetProperty("percent").GetDecimal().ShouldBe(12.5m);
        answer.GetProperty("trigger").GetProperty("code").GetInt32().ShouldBe(421);
        answer.GetProperty("trigger").GetProperty("kind").GetString().ShouldBe("code");
        answer.GetProperty("settings").EnumerateArray().Select(setting => setting.GetProperty("name").GetString()).ShouldBe(["behaviour", "limits.rate"]);
        answer.GetProperty("remembered_under").GetString().ShouldBe("gmail.com");
        answer.GetProperty("memory").GetProperty("provider").GetString().ShouldBe("gmail.com");
        (await GetAsync(sink, "/api/v1/explain?recipient=x@gmail.com")).GetProperty("memory").ValueKind.ShouldBe(JsonValueKind.Null);
        (await GetAsync(sink, "/api/v1/explain?recipient=x@gmail.com")).GetProperty("rules")[0].GetProperty("name").GetString().ShouldBe("dead line");
    }

    [Fact]
    public async Task An_override_stands_in_what_is_explained()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        using var added = await sink.PostAsync("/api/v1/overrides", new StringContent("""{ "match": { "domain": "gmail.com", "client": "192.0.2.0/24" }, "do": { "defer": 100 }, "name": "down" }""", MediaTypeHeaderValue.Parse("application/json")));
        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await GetAsync(sink, "/api/v1/explain?recipient=x@gmail.com&client=192.0.2.1")).GetProperty("overrides").EnumerateArray().ShouldHaveSingleItem().GetProperty("name").GetString().ShouldBe("down");
        (await GetAsync(sink, "/api/v1/explain?recipient=x@gmail.com.sink.test")).GetProperty("overrides").GetArrayLength().ShouldBe(1);
        (await GetAsync(sink, "/api/v1/explain?recipient=x@gmail.com&client=127.0.0.1")).GetProperty("overrides").GetArrayLength().ShouldBe(0);
        (await GetAsync(sink, "/api/v1/explain?recipient=x@other.example")).GetProperty("overrides").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_text_is_checked_with_line_and_column_and_changes_nothing()
    {
        await using var sink = await RunningSink.StartAsync();
        var hash = sink.App.Policy.Current.Hash;
        var wrong = await CheckAsync(sink, "[default]\nbounce = 101\ndefre = 5\n");
        wrong.GetProperty("valid").GetBoolean().ShouldBeFalse();
        wrong.GetProperty("errors").GetInt32().ShouldBe(2);
        wrong.GetProperty("diagnostics").EnumerateArray()
            .Select(found => $"{found.GetProperty("file").GetString()}({found.GetProperty("line").GetInt32()},{found.GetProperty("column").GetInt32()}): {found.GetProperty("severity").GetString()}")
            .ShouldBe(["responses.toml(2,10): error", "responses.toml(3,1): error"]);

        var right = await CheckAsync(sink, "include = [\"builtin:providers\"]\n[domain.\"x.example\"]\nlike = \"gmail.com\"\nbounce = 5\n", "application/toml; charset=UTF-8");
        right.GetProperty("diagnostics").EnumerateArray().ShouldBeEmpty();
        right.GetProperty("valid").GetBoolean().ShouldBeTrue();
        sink.App.Policy.Current.Hash.ShouldBe(hash);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("secret.toml")]
    [InlineData("../*/secret.toml")]
    [InlineData("/*/*.toml")]
    [InlineData("responses.toml")]
    [InlineData("./builtin:providers")]
    public async Task A_text_that_is_checked_reads_no_file(string include)
    {
        using var folder = new TemporaryFolder();
        var secret = folder.Write("secret.toml", "password-of-mine = \n");
        await using var sink = await RunningSink.StartAsync();

        var checkedText = await CheckAsync(sink, $"include = [\"{include.Replace("{0}", secret, StringComparison.Ordinal)}\"]\n[domain.\"x.example\"]\nlike = \"elsewhere.example\"\n");

        checkedText.GetProperty("valid").GetBoolean().ShouldBeTrue("what an include gives may be what is missing");
        var warning = checkedText.GetProperty("diagnostics").EnumerateArray().ShouldHaveSingleItem();
        warning.GetProperty("severity").GetString().ShouldBe("warning");
        warning.GetProperty("message").GetString()!.ShouldContain("is not read");
        checkedText.GetRawText().ShouldNotContain("password");
    }

    [Theory]
    [InlineData("builtin:../responses.toml")]
    [InlineData("builtin:/etc/passwd")]
    public async Task A_built_in_name_is_none_of_the_disk(string include)
    {
        await using var sink = await RunningSink.StartAsync();
        var checkedText = await CheckAsync(sink, $"include = [\"{include}\"]\n");
        checkedText.GetProperty("diagnostics")[0].GetProperty("message").GetString()!.ShouldContain("there is no such built-in file");
    }

    public static TheoryData<string, byte[]> HostileTexts()
    {
        var data = new TheoryData<string, byte[]>();
        Add("brackets", new string('[', ApiBody.MostBytes));
        Add("nested arrays", "include = " + new string('[', ApiBody.MostBytes - 10));
        Add("nested tables", "a = " + Many("{a=", ApiBody.MostBytes - 4));
        Add("dots", "a" + new string('.', ApiBody.MostBytes - 1));
        Add("dotted keys", "a" + Many(".a", ApiBody.MostBytes - 1));
        Add("numbers", "seed = " + new string('9', ApiBody.MostBytes - 7));
        Add("quotes", new string('"', ApiBody.MostBytes));
        Add("unknown keys", Numbered("k{0} = 1\n"));
        Add("domains alike", Numbered("[domain.\"d{0}.example\"]\nlike = \"d{1}.example\"\n"));
        Add("patterns", Numbered("[domain.\"*.d{0}\"]\nbounce = 200\n"));
        Add("replies", Numbered("[[bounce.\"d{0}\"]]\ncode = 999\nmsg = \"\"\n"));
        Add("rules", Numbered("[[fault]]\ndo = \"drop\"\nrecipient = \"*a*a*a*a*\"\nname=\"{0}\"\n"));
        Add("includes", "include = [" + Numbered("\"builtin:providers\",", closing: "]"));
        Add("globs", "include = [" + Numbered("\"builtin:providers/*?*?*{0}*?*?*.toml\",", closing: "]"));
        Add("one text", "[default]\nbounce = \"" + new string('x', 60_000) + "\"\n");
        data.Add("no UTF-8", [.. Enumerable.Repeat((byte)0xFE, ApiBody.MostBytes)]);
        data.Add("zeros", new byte[ApiBody.MostBytes]);
        return data;

        void Add(string name, string text) => data.Add(name, Encoding.UTF8.GetBytes(text));

        static string Many(string part, int length) => string.Concat(Enumerable.Repeat(part, length / part.Length));

        static string Numbered(string pattern, string closing = "")
        {
            var text = new StringBuilder();
            for (var i = 0; text.Length < ApiBody.MostBytes - 100; i++)
            {
                text.Append(pattern.Replace("{0}", $"{i}", StringComparison.Ordinal).Replace("{1}", $"{i + 1}", StringComparison.Ordinal));
            }

            return text.Append(closing).ToString();
        }
    }

    [Theory]
    [MemberData(nameof(HostileTexts))]
    public async Task Whatever_is_checked_is_answered_in_bounds(string name, byte[] text)
    {
        await using var sink = await RunningSink.StartAsync();
        using var answer = await sink.PostAsync("/api/v1/check", new ByteArrayContent(text) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, name);
        var report = await JsonAsync(answer);
        report.GetProperty("diagnostics").GetArrayLength().ShouldBeLessThanOrEqualTo(1001);
    }

    [Theory]
    [InlineData("application/json", ApiBody.MostBytes, 415)]
    [InlineData("text/plain; charset=utf-16", 10, 415)]
    [InlineData(null, 10, 415)]
    [InlineData("text/plain", ApiBody.MostBytes, 200)]
    [InlineData("text/plain", ApiBody.MostBytes + 1, 413)]
    public async Task A_body_that_is_too_large_or_of_another_kind_is_refused(string? type, int length, int status)
    {
        await using var sink = await RunningSink.StartAsync();
        foreach (var isChunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, sink.Url("/api/v1/check")) { Content = new ByteArrayContent(Encoding.ASCII.GetBytes(new string('#', length))) };
            request.Headers.TransferEncodingChunked = isChunked;
            request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            using var answer = await sink.SendAsync(request);
            ((int)answer.StatusCode).ShouldBe(status);
            if (status != 200)
            {
                (await ProblemAsync(answer)).GetProperty("detail").GetString()!.ShouldContain(status == 413 ? "64 kB" : "text/plain");
            }
        }
    }

    [Fact]
    public async Task Files_are_read_anew_at_once()
    {
        await using var sink = await RunningSink.StartAsync("[default]\nbounce = 1\n");
        (await ReloadAsync(sink)).ShouldBe(("policy", "unchanged", 0));
        await File.WriteAllTextAsync(sink.PolicyFile, "[default]\nbounce = 2\n", TestContext.Current.CancellationToken);
        (await ReloadAsync(sink)).Result.ShouldBeOneOf("applied", "unchanged"); // the watch may have been faster
        (await GetAsync(sink, "/api/v1/policy?domain=other")).GetProperty("entries")[0].GetProperty("bounce").GetDecimal().ShouldBe(2);
        await File.WriteAllTextAsync(sink.PolicyFile, "[default]\nbounce = 200\n", TestContext.Current.CancellationToken);
        (await ReloadAsync(sink)).ShouldBe(("policy", "rejected", 1));
        var policy = await GetAsync(sink, "/api/v1/policy?domain=other");
        policy.GetProperty("entries")[0].GetProperty("bounce").GetDecimal().ShouldBe(2);
        policy.GetProperty("last_reload").GetProperty("result").GetString().ShouldBe("rejected");
        policy.GetProperty("last_reload").GetProperty("diagnostics")[0].GetString()!.ShouldStartWith($"{sink.PolicyFile}(2,10): error: ");
    }

    private static async Task<(string Name, string Result, int Diagnostics)> ReloadAsync(RunningSink sink)
    {
        using var answer = await sink.SendAsync(HttpMethod.Post, "/api/v1/reload");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var result = (await JsonAsync(answer)).GetProperty("results").EnumerateArray().ShouldHaveSingleItem();
        return (result.GetProperty("name").GetString()!, result.GetProperty("result").GetString()!, result.GetProperty("diagnostics").GetArrayLength());
    }

    private static async Task<JsonElement> CheckAsync(RunningSink sink, string text, string type = "text/plain")
    {
        using var content = new StringContent(text);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var answer = await sink.PostAsync("/api/v1/check", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await JsonAsync(answer);
    }

    private static async Task<JsonElement> GetAsync(RunningSink sink, string path)
    {
        using var answer = await sink.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await JsonAsync(answer);
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer)
    {
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await JsonAsync(answer);
        problem.GetProperty("status").GetInt32().ShouldBe((int)answer.StatusCode);
        return problem;
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    private static IEnumerable<string?> Texts(JsonElement array) => array.EnumerateArray().Select(element => element.GetString());

    private static string Name(JsonElement entry) => entry.GetProperty("domain").GetString()!;
}
