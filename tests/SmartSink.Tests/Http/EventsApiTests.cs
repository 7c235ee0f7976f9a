using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using SmartSink.Events;
using SmartSink.Http;
using SmartSink.Http.Api;
using SmartSink.Settings;
using SmartSink.Testing.Time;
using SmartSink.Tests.Connections;
using SmartSink.Tests.Hosting;
using SmartSink.Tests.Telemetry;

namespace SmartSink.Tests.Http;

/// <summary>Events and kept headers, over HTTP.</summary>
public sealed class EventsApiTests
{
    private const string Policy = """
        [domain."full.example"]
        defer = 100
        [[defer."full.example"]]
        code = 452
        msg = "4.2.2 Mailbox\nfull"
        """;

    [Theory]
    [InlineData("Own")]
    [InlineData("SmtpServer")]
    public async Task What_mail_did_is_listed_and_can_be_chosen(string engine)
    {
        await using var sink = await RunningSink.StartAsync(Policy, settings => settings with { Engine = Enum.Parse<SmtpEngine>(engine), SampleOneIn = 2 });
        using (var probe = await sink.ConnectAsync())
        {
            await probe.SayAsync("MAIL FROM:<a@sender.example>");
            (await probe.SayAsync("RCPT TO:<bob@full.example>")).ShouldStartWith("452 ");
            (await probe.SayAsync("RCPT TO:<ann@ok.example>")).ShouldStartWith("250 ");
            await probe.SayAsync("DATA");
            (await probe.SayAsync("Subject: first\r\n\r\n.")).ShouldStartWith("250 ");
            await probe.SayAsync("MAIL FROM:<a@sender.example>");
            await probe.SayAsync("RCPT TO:<permfail@ok.example>");
            await probe.SayAsync("RCPT TO:<eve@ok.example>");
            await probe.SayAsync("DATA");
            await probe.SayAsync("Subject: second\r\n\r\n.");
            await probe.SayAsync("QUIT");
        }

        await Patience.UntilAsync(async () => (await EventsAsync(sink, "?kind=connection")).Count == 1);
        (await SaidAsync(sink, "")).ShouldBe(["refusal bob@full.example", "message ann@ok.example", "refusal permfail@ok.example", "message eve@ok.example", "connection quit"]);
        (await SaidAsync(sink, "?domain=FULL.example")).ShouldBe(["refusal bob@full.example"]);
        (await SaidAsync(sink, "?domain=ok.example&kind=message")).ShouldBe(["message ann@ok.example", "message eve@ok.example"]);
        (await SaidAsync(sink, "?outcome=tempfail,permfail")).ShouldBe(["refusal bob@full.example", "refusal permfail@ok.example"]);
        (await SaidAsync(sink, "?client=127.0.0.0/8&count=2")).ShouldBe(["message eve@ok.example", "connection quit"]);
        (await SaidAsync(sink, "?client=192.0.2.1")).ShouldBeEmpty();
        (await SaidAsync(sink, "?kind=reload,override")).ShouldBeEmpty();
        var all = await EventsAsync(sink, "");
        var refusal = all[0];
        refusal.GetProperty("reply").GetString().ShouldBe("452-4.2.2 Mailbox\n452 4.2.2 full");
        refusal.GetProperty("domain").GetString().ShouldBe("full.example");
        refusal.GetProperty("transaction").GetString().ShouldBe(all[1].GetProperty("transaction").GetString());
        (await SaidAsync(sink, $"?after={all[2].GetProperty("id").GetInt64()}")).ShouldBe(["message eve@ok.example", "connection quit"]);

        using var kept = JsonDocument.Parse(await (await sink.GetAsync("/api/v1/messages")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        kept.RootElement.GetProperty("sample").GetString().ShouldBe("1/2");
        kept.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("header").GetString()).ShouldBe(["Subject: first\r\n"]);
    }

    [Fact]
    public async Task Headers_are_kept_only_if_settings_say_so()
    {
        await using var sink = await RunningSink.StartAsync();
        using var answer = await sink.GetAsync("/api/v1/messages");
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("{\"sample\":\"off\",\"messages\":[]}\n");
        using var wrong = await sink.GetAsync("/api/v1/messages?sample=0");
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_reload_is_told()
    {
        await using var sink = await RunningSink.StartAsync();
        await File.WriteAllTextAsync(sink.PolicyFile, "[default]\nbounce = 101\n", TestContext.Current.CancellationToken);
        await Patience.UntilAsync(async () => (await EventsAsync(sink, "?kind=reload")).Count == 1);
        var reload = (await EventsAsync(sink, "?kind=reload"))[0];
        reload.GetProperty("name").GetString().ShouldBe("policy");
        reload.GetProperty("result").GetString().ShouldBe("rejected");
        reload.GetProperty("diagnostics")[0].GetString()!.ShouldStartWith($"{sink.PolicyFile}(2,10): error: ");
    }

    [Fact]
    public async Task All_mistakes_of_a_query_are_told_at_once()
    {
        await using var sink = await RunningSink.StartAsync();
        using var answer = await sink.GetAsync("/api/v1/events?follow=maybe&after=x&count=1001&kind=refusal,nothing&outcome=bad&client=a&domain=&folow=1");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        problem.RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("parameter").GetString())
            .ShouldBe(["follow", "after", "count", "kind", "outcome", "client", "domain", "folow"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_follower_sees_what_comes_and_goes_on_where_it_was()
    {
        await using var sink = await RunningSink.StartAsync();
        var before = await LastIdAsync(sink);
        using var follower = await Follower.StartAsync(sink.App.HttpEndPoint, "/api/v1/events?follow=true&kind=message");
        await DeliverAsync(sink, "one@ok.example");
        var first = await follower.NextAsync();
        first.Name.ShouldBe("message");
        first.Id.ShouldBeGreaterThan(before);
        first.Data.GetProperty("id").GetInt64().ShouldBe(first.Id);
        first.Data.GetProperty("recipients")[0].GetProperty("recipient").GetString().ShouldBe("one@ok.example");
        await DeliverAsync(sink, "two@ok.example");
        (await follower.NextAsync()).Data.GetProperty("recipients")[0].GetProperty("recipient").GetString().ShouldBe("two@ok.example");

        // Also one that is cut off before the first event.
        using var after = await Follower.StartAsync(sink.App.HttpEndPoint, "/api/v1/events?follow=true&kind=message", $"Last-Event-ID: {follower.Began}\r\n");
        (await after.NextAsync()).Id.ShouldBe(first.Id);

        using var again = await Follower.StartAsync(sink.App.HttpEndPoint, "/api/v1/events?after=0&kind=message", $"Accept: text/event-stream\r\nLast-Event-ID: {first.Id}\r\n");
        (await again.NextAsync()).Data.GetProperty("recipients")[0].GetProperty("recipient").GetString().ShouldBe("two@ok.example");
        using var fromStart = await Follower.StartAsync(sink.App.HttpEndPoint, "/api/v1/events?follow=true&after=0&kind=message");
        (await fromStart.NextAsync()).Id.ShouldBe(first.Id);
    }

    [Fact]
    public async Task A_stop_ends_the_streams()
    {
        await using var sink = await RunningSink.StartAsync();
        using var follower = await Follower.StartAsync(sink.App.HttpEndPoint, "/api/v1/events?follow=true");
        await sink.App.StopAsync().WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        await follower.EndAsync();
    }

    [Fact]
    public async Task There_are_only_so_many_followers()
    {
        await using var site = await Site.StartAsync();
        var followers = new List<Follower>();
        for (var i = 0; i < EventFollowers.Most; i++)
        {
            followers.Add(await Follower.StartAsync(site.EndPoint, "/events?follow=true"));
        }

        (await site.ScrapeAsync("smartsink_event_followers")).ShouldBe(EventFollowers.Most);
        using (var refused = await site.GetAsync("/events?follow=true"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("16 clients are following events");
        }

        followers.ForEach(follower => follower.Dispose());
        await Patience.UntilAsync(async () => await site.ScrapeAsync("smartsink_event_followers") == 0);
        using var welcome = await Follower.StartAsync(site.EndPoint, "/events?follow=true");
    }

    [Fact]
    public async Task One_who_does_not_read_is_cut_off_and_counted_and_an_idle_one_is_not()
    {
        await using var site = await Site.StartAsync();
        using var idle = await Follower.StartAsync(site.EndPoint, "/events?follow=true&kind=refusal");
        using var silent = await Follower.StartAsync(site.EndPoint, "/events?follow=true&kind=override");
        var name = new string('x', SinkEvents.LongestText);
        await Patience.UntilAsync(async () =>
        {
            for (var i = 0; i < SinkEvents.Kept / 2; i++)
            {
                site.Events.OverrideChanged("added", "o1", name);
            }

            site.Clock.Advance(TimeSpan.FromSeconds(1));
            return await site.ScrapeAsync("smartsink_event_followers_cut_total") == 1;
        });
        await Patience.UntilAsync(async () => await site.ScrapeAsync("smartsink_event_followers") == 1);

        // A clock that stands still while the follower comes to its next wait would not wake it.
        var comment = idle.HeartbeatAsync();
        await Patience.UntilAsync(async () =>
        {
            site.Clock.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
            return comment.IsCompleted;
        });
        await comment;
    }

    [Fact]
    public async Task A_stop_waits_for_nobody_who_does_not_read()
    {
        await using var site = await Site.StartAsync();
        using var silent = await Follower.StartAsync(site.EndPoint, "/events?follow=true");
        for (var i = 0; i < SinkEvents.Kept; i++)
        {
            site.Events.OverrideChanged("added", "o1", new string('x', SinkEvents.LongestText));
        }

        await site.StopAsync();
        (await site.ScrapeAsync("smartsink_event_followers")).ShouldBe(0);
        (await site.ScrapeAsync("smartsink_event_followers_cut_total")).ShouldBe(0);
    }

    [Fact]
    public async Task One_who_comes_too_late_is_told_what_it_missed()
    {
        await using var site = await Site.StartAsync();
        site.Events.OverrideChanged("added", "o0", string.Empty);
        var seen = site.Events.Ring.LastId;
        for (var i = 0; i < SinkEvents.Kept + 5; i++)
        {
            site.Events.OverrideChanged("added", "o1", string.Empty);
        }

        using var follower = await Follower.StartAsync(site.EndPoint, $"/events?follow=true&after={seen}");
        var missed = await follower.NextAsync();
        missed.Name.ShouldBe("sampled");
        missed.Data.GetProperty("left_out").GetInt64().ShouldBe(5);
        missed.Id.ShouldBe(seen + 5);
        (await follower.NextAsync()).Id.ShouldBe(seen + 6);
    }

    private static async Task DeliverAsync(RunningSink sink, string recipient)
    {
        using var probe = await sink.ConnectAsync();
        await probe.SayAsync("MAIL FROM:<a@sender.example>");
        await probe.SayAsync($"RCPT TO:<{recipient}>");
        await probe.SayAsync("DATA");
        (await probe.SayAsync("Subject: x\r\n\r\n.")).ShouldStartWith("250 ");
    }

    private static async Task<List<JsonElement>> EventsAsync(RunningSink sink, string query)
    {
        using var answer = await sink.GetAsync("/api/v1/events" + query);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        list.GetProperty("sampled").GetInt64().ShouldBe(0);
        return [.. list.GetProperty("events").EnumerateArray()];
    }

    private static async Task<long> LastIdAsync(RunningSink sink)
    {
        using var answer = await sink.GetAsync("/api/v1/events");
        using var list = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return list.RootElement.GetProperty("last_id").GetInt64();
    }

    private static async Task<List<string>> SaidAsync(RunningSink sink, string query) => [.. (await EventsAsync(sink, query)).Select(happened => (happened.GetProperty("kind").GetString()) switch
    {
        "refusal" => $"refusal {happened.GetProperty("recipient").GetString()}",
        "message" => $"message {string.Join(", ", happened.GetProperty("recipients").EnumerateArray().Select(recipient => recipient.GetProperty("recipient").GetString()))}",
        "connection" => $"connection {happened.GetProperty("reason").GetString()}",
        var other => other!,
    })];

    /// <summary>The events alone over HTTP, on a clock of the test's own.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private readonly MetricsFixture _metrics = new();
        private readonly HttpClient _http = new();
        private WebApplication _app = null!;

        public ManualTimeProvider Clock { get; } = new();

        public SinkEvents Events { get; private set; } = null!;

        public IPEndPoint EndPoint => new(IPAddress.Loopback, new Uri(_app.Urls.Single()).Port);

        public static async Task<Site> StartAsync()
        {
            var site = new Site();
            site.Events = new SinkEvents(site.Clock);
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Services.AddRoutingCore();
            builder.WebHost.UseKestrelCore();
            builder.WebHost.ConfigureKestrel(options =>
            {
                HttpLimits.Set(options.Limits);
                options.Listen(IPAddress.Loopback, 0);
            });
            site._app = builder.Build();
            site._app.MapEventsApi(site.Events, new EventFollowers(site.Events, site.Clock, site._metrics.Metrics, site._app.Lifetime.ApplicationStopping));
            await site._app.StartAsync(TestContext.Current.CancellationToken);
            return site;
        }

        public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri($"http://{EndPoint}{path}"));

        public async Task<double> ScrapeAsync(string metric) => (await _metrics.ScrapeAsync()).Sum(metric);

        public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync()
        {
            await _app.DisposeAsync();
            _http.Dispose();
            _metrics.Dispose();
        }
    }

    /// <summary>A client of server-sent events that reads when it is asked to.</summary>
    private sealed class Follower : IDisposable
    {
        private readonly TcpClient _client;
        private readonly StreamReader _reader;

        private Follower(TcpClient client)
        {
            _client = client;
            _reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        }

        /// <summary>The id of the event from which the stream goes on.</summary>
        public string Began { get; private set; } = string.Empty;

        /// <summary>Asks, and takes the answer's start.</summary>
        public static async Task<Follower> StartAsync(IPEndPoint server, string path, string headers = "")
        {
            var client = new TcpClient { ReceiveBufferSize = 16 * 1024 };
            await client.ConnectAsync(IPAddress.Loopback, server.Port);
            var follower = new Follower(client);

            // HTTP/1.0 has no chunks.
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: localhost\r\n{headers}\r\n"));
            (await follower.LineAsync()).ShouldBe("HTTP/1.1 200 OK");
            var lines = new List<string>();
            while (await follower.LineAsync() is { Length: > 0 } line)
            {
                lines.Add(line);
            }

            lines.ShouldContain("Content-Type: text/event-stream; charset=utf-8");
            (await follower.LineAsync()).ShouldBe("retry: 2000");
            lines.ShouldContain($"Last-Event-ID: {follower.Began = await follower.RequireAsync("id: ")}");
            (await follower.LineAsync()).ShouldBe(string.Empty);
            return follower;
        }

        public async Task<(long Id, string Name, JsonElement Data)> NextAsync()
        {
            string[] lines = [await RequireAsync("id: "), await RequireAsync("event: "), await RequireAsync("data: ")];
            (await LineAsync()).ShouldBe(string.Empty);
            return (long.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture), lines[1], JsonDocument.Parse(lines[2]).RootElement);
        }

        /// <summary>Reads on to the next comment; before it may stand that events were missed.</summary>
        public async Task HeartbeatAsync()
        {
            while ((await LineAsync()).ShouldNotBeNull() != ":")
            {
            }
        }

        public async Task EndAsync() => (await LineAsync()).ShouldBeNull();

        public void Dispose()
        {
            _reader.Dispose();
            _client.Dispose();
        }

        private async Task<string> RequireAsync(string start)
        {
            var line = await LineAsync();
            line.ShouldNotBeNull().ShouldStartWith(start);
            return line![start.Length..];
        }

        private Task<string?> LineAsync() => _reader.ReadLineAsync(Patience.Token()).AsTask();
    }
}
