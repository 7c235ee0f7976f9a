using System.Net;
using System.Text.Json;
using SmartSink.Commands;
using SmartSink.Testing.Time;
using SmartSink.Tests.Hosting;

namespace SmartSink.Tests.Http;

public sealed class ExplainTests
{
    private const string Policy =
        """
        behaviour = "provider"

        [domain."gmail.com".limits]
        rate = "3/h"
        connections = 5
        unknown = "10%"
        block = { after = "1 throttled/h", for = "30m" }
        warmup = ["200/h", "1000/h"]

        [domain."gmail.com".greylist]
        wait = "5m"
        window = "12h"

        """;

    [Fact]
    public async Task A_running_sink_tells_what_it_remembers_of_a_network()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        (await ExplainAsync(sink, "a@gmail.com", "--client", "127.0.0.1", "--sender", "me@sender.example")).ShouldEndWith(
            $"""
              client   127.0.0.1 at gmail.com, as the sink at {sink.Url("/")} remembers it
                network 127.0.0.1/32: nothing remembered
                  3 of 3 recipients left in the bucket
                  0 of 200 recipients in this period of the warm-up
                  0 of 0 recipients refused permanently
                  0 of 1 throttled recipients before a block
                  0 of 5 connections
                greylist: not tried yet; the first attempt is refused

            """);

        using var client = await sink.ConnectAsync();
        await client.SayAsync("MAIL FROM:<me@sender.example>");
        (await client.SayAsync("RCPT TO:<a@gmail.com>")).ShouldStartWith("451 ");
        var known = await ExplainAsync(sink, "a@gmail.com", "--client", "127.0.0.1", "--sender", "me@sender.example");
        known.ShouldContain("\n    network 127.0.0.1/32\n      2 of 3 recipients left in the bucket\n      1 of 200 recipients in this period of the warm-up\n      0 of 1 recipients refused permanently\n");
        known.ShouldContain("\n      1 of 5 connections\n");
        known.ShouldEndWith("\n    greylist: tried; accepted in 5 min at the earliest\n");

        for (var i = 0; i < 3; i++)
        {
            await client.SayAsync("RCPT TO:<b@gmail.com>");
        }

        (await ExplainAsync(sink, "gmail.com", "--client", "::ffff:127.0.0.1")).ShouldContain("\n      blocked for another 30 min\n      0 of 3 recipients left");
        (await ExplainAsync(sink, "gmail.com", "--client", "192.0.2.7")).ShouldContain("\n    network 192.0.2.7/32: nothing remembered\n");
        (await ExplainAsync(sink, "a@other.example", "--client", "127.0.0.1")).ShouldEndWith($"\n  client   127.0.0.1: the sink at {sink.Url("/")} has no limit or greylist for this domain\n");
    }

    [Fact]
    public async Task The_overrides_that_an_address_may_meet_are_told_too()
    {
        await using var sink = await RunningSink.StartAsync(Policy, clock: new ManualTimeProvider());
        await OverrideAsync("gmail.com", "--defer", "100", "--for", "90s", "--name", "gmail is down");
        await OverrideAsync("--client", "127.0.0.2", "--accept");
        await OverrideAsync("--sender", "", "--fault", "drop", "--times", "1");
        await OverrideAsync("yahoo.com", "--accept");
        (await ExplainAsync(sink, "a@gmail.com", "--client", "127.0.0.1", "--sender", "me@sender.example")).ShouldEndWith("\n  override 1  gmail is down  1m30s left, acted 0 times\n");
        (await ExplainAsync(sink, "gmail.com")).ShouldEndWith(
            """

              override 3  drop from <>  10m00s left, acted 0 times of 1
              override 2  accept by 127.0.0.2  10m00s left, acted 0 times
              override 1  gmail is down  1m30s left, acted 0 times

            """);

        using var answer = await sink.GetAsync("/api/v1/explain?recipient=a@gmail.com&client=127.0.0.1&sender=me@sender.example");
        using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        report.RootElement.GetProperty("overrides").EnumerateArray().Select(rule => $"{rule.GetProperty("name")} {rule.GetProperty("match").GetProperty("domain")} {rule.GetProperty("do").GetProperty("defer")}")
            .ShouldBe(["gmail is down gmail.com 100"]);

        async Task OverrideAsync(params string[] arguments) => (await CommandLine.RunAsync(["override", .. arguments, "--url", sink.Url("/").ToString()], TextWriter.Null, TextWriter.Null)).ShouldBe(0);
    }

    [Fact]
    public async Task With_the_API_off_that_is_what_is_told()
    {
        await using var sink = await RunningSink.StartAsync(Policy, settings => settings with { Api = false });
        (await ExplainAsync(sink, "a@gmail.com", "--client", "127.0.0.1")).ShouldEndWith($"\n  client   127.0.0.1: the server at {sink.Url("/")} says 404 Not Found; with SINK_API=off a sink does not report its clients and overrides\n");
    }

    [Fact]
    public async Task Without_a_sink_the_rest_is_told_all_the_same()
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        var text = await ExplainAsync(sink.PolicyFile, new Uri("http://127.0.0.1:1/"), "a@gmail.com", "--client", "127.0.0.1");
        text.ShouldStartWith("a@gmail.com\n  domain   gmail.com has an entry of its own\n");
        text.ShouldContain("\n  client   127.0.0.1: no sink answers at http://127.0.0.1:1/, so nothing is known about it (");
        (await ExplainAsync(sink.PolicyFile, new Uri("http://127.0.0.1:1/"), "a@gmail.com")).ShouldContain("\n  override: no sink answers at http://127.0.0.1:1/, so nothing is known about it (");
    }

    [Theory]
    [InlineData("/api/v1/explain")]
    [InlineData("/api/v1/explain?client=127.0.0.1")]
    [InlineData("/api/v1/explain?recipient=a@gmail.com&client=nobody")]
    [InlineData("/api/v1/explain?recipient=a@b@&client=127.0.0.1")]
    [InlineData("/api/v1/explain?recipient=@gmail.com&client=127.0.0.1")]
    public async Task A_question_that_is_none_is_a_bad_request(string path)
    {
        await using var sink = await RunningSink.StartAsync(Policy);
        using var answer = await sink.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("--client", "nobody", "--client: not an IP address\n")]
    [InlineData("--url", "ftp://127.0.0.1/", "--url: not an http URL\n")]
    public async Task Explain_takes_an_address_and_an_url(string option, string value, string message)
    {
        using var error = new StringWriter();
        (await CommandLine.RunAsync(["explain", "a@gmail.com", option, value], TextWriter.Null, error)).ShouldBe(2);
        error.ToString().ShouldBe(message);
    }

    private static Task<string> ExplainAsync(RunningSink sink, params string[] arguments) => ExplainAsync(sink.PolicyFile, sink.Url("/"), arguments);

    private static async Task<string> ExplainAsync(string policy, Uri url, params string[] arguments)
    {
        using var output = new StringWriter();
        (await CommandLine.RunAsync(["explain", "--data", policy, "--url", url.ToString(), .. arguments], output, output)).ShouldBe(0);
        return output.ToString();
    }
}
