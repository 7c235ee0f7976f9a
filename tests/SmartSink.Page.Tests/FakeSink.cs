using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SmartSink.Http.Page;
using SmartSink.Ledger.Report;

namespace SmartSink.Page.Tests;

/// <summary>The page's own files in front of an API whose answers the test makes: any state of a sink at once, and every write is seen.</summary>
internal sealed class FakeSink : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<JsonObject> _overrides = [];
    private readonly List<Channel<string>> _followers = [];
    private readonly List<string> _past = [];
    private long _lastEvent;
    private int _lastOverride;

    private FakeSink(WebApplication app) => _app = app;

    /// <summary>Where the page is.</summary>
    public Uri Url => new(_app.Urls.Single());

    /// <summary>What a write must show; null when none is asked for.</summary>
    public string? Token { get; set; }

    /// <summary>The answer of /stats.</summary>
    public Func<JsonObject> Stats { get; set; } = () => Samples.Stats();

    /// <summary>The answer of /senders.</summary>
    public JsonObject Senders { get; set; } = Samples.Senders();

    /// <summary>Whether the ledger is on.</summary>
    public bool IsLedgerOn { get; set; } = true;

    /// <summary>The answer of /report.</summary>
    public ReportCard Report { get; set; } = Samples.Report();

    /// <summary>The answer of /explain.</summary>
    public JsonObject Explanation { get; set; } = [];

    /// <summary>How often each path was read.</summary>
    public ConcurrentDictionary<string, int> Reads { get; } = new(StringComparer.Ordinal);

    /// <summary>The queries of the updates.</summary>
    public ConcurrentQueue<string> Queries { get; } = [];

    /// <summary>How many seconds of history were asked for, each time.</summary>
    public ConcurrentQueue<int> History { get; } = [];

    /// <summary>Every write that was let in: <c>POST /overrides {…}</c>.</summary>
    public ConcurrentQueue<string> Writes { get; } = [];

    /// <summary>How many follow the events now.</summary>
    public int Followers
    {
        get
        {
            lock (_lock)
            {
                return _followers.Count;
            }
        }
    }

    public static async Task<FakeSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var sink = new FakeSink(builder.Build());
        sink.Map();
        await sink._app.StartAsync();
        return sink;
    }

    /// <summary>Tells all followers of an event, and those that come later.</summary>
    public void Publish(string kind, JsonObject data)
    {
        lock (_lock)
        {
            data["id"] = ++_lastEvent;
            data["kind"] = kind;
            var text = $"id: {_lastEvent}\nevent: {kind}\ndata: {data.ToJsonString()}\n\n";
            _past.Add(text);
            foreach (var follower in _followers)
            {
                follower.Writer.TryWrite(text);
            }
        }
    }

    /// <summary>Adds an override as the API would, with so many seconds left.</summary>
    public JsonObject AddOverride(JsonObject given, double seconds)
    {
        var until = DateTimeOffset.UtcNow.AddSeconds(seconds);
        lock (_lock)
        {
            var added = (JsonObject)given.DeepClone();
            added["id"] = $"{++_lastOverride}";
            added["share"] ??= 100;
            added["acted"] = 0;
            added["expires_at"] = until;
            _overrides.Insert(0, added);
            return added;
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _followers.ForEach(follower => follower.Writer.TryComplete());
        }

        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private void Map()
    {
        _app.Use((context, next) =>
        {
            Reads.AddOrUpdate(context.Request.Path, 1, (_, times) => times + 1);
            return next(context);
        });
        _app.MapPage();
        Read("stats", query =>
        {
            Queries.Enqueue(query.Request.QueryString.Value ?? string.Empty);
            return Stats();
        });
        Read("stats/history", query =>
        {
            History.Enqueue(int.Parse(query.Request.Query["seconds"]!));
            return Samples.History(History.Last());
        });
        Read("overrides", _ => List());
        Read("senders", _ => Senders);
        Read("ledger", _ => new JsonObject { ["on"] = IsLedgerOn });
        _app.MapGet("/api/v1/report", context =>
        {
            var format = context.Request.Query["format"] == "html" ? ReportFormat.Html : ReportFormat.Json;
            context.Response.ContentType = ReportFormats.MediaTypeOf(format);
            return context.Response.WriteAsync(ReportFormats.Write(Report, format));
        });
        _app.MapPut("/api/v1/ledger", context => WriteAsync(context, body => new JsonObject { ["on"] = IsLedgerOn = (bool)body!["on"]! }));
        _app.MapDelete("/api/v1/ledger", context => WriteAsync(context, _ =>
        {
            Report = Report with { Senders = [] };
            return new JsonObject { ["on"] = true };
        }));
        Read("explain", _ => Explanation);
        Read("policy", query => Samples.Policy(query.Request.Query["domain"]));
        _app.MapPost("/api/v1/overrides", context => WriteAsync(context, body => AddOverride(body!, seconds: 300)));
        _app.MapDelete("/api/v1/overrides/{id}", context => WriteAsync(context, _ => Remove((string)context.Request.RouteValues["id"]!)));
        _app.MapDelete("/api/v1/overrides", context => WriteAsync(context, _ => Remove(id: null)));
        _app.MapPost("/api/v1/reload", context => WriteAsync(context, _ => new JsonObject { ["results"] = new JsonArray(new JsonObject { ["name"] = "policy", ["result"] = "rejected" }) }));
        _app.MapPost("/api/v1/check", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await AnswerAsync(context, Samples.Check(await reader.ReadToEndAsync()));
        });
        _app.MapGet("/api/v1/events", FollowAsync);
    }

    private void Read(string path, Func<HttpContext, JsonObject> answer) => _app.MapGet("/api/v1/" + path, context => AnswerAsync(context, answer(context)));

    private static Task AnswerAsync(HttpContext context, JsonObject answer)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(answer.ToJsonString());
    }

    private async Task WriteAsync(HttpContext context, Func<JsonObject?, JsonObject?> change)
    {
        if (Token is not null && context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await context.Response.WriteAsJsonAsync(new { title = "Unauthorized", status = 401, detail = "Changes need the token of SINK_API_TOKEN" }, (JsonSerializerOptions?)null, "application/problem+json");
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Writes.Enqueue($"{context.Request.Method} {context.Request.GetEncodedPathAndQuery()["/api/v1".Length..]} {body}".TrimEnd());
        if (change(body.Length == 0 ? null : JsonNode.Parse(body)!.AsObject()) is { } answer)
        {
            await AnswerAsync(context, answer);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    private JsonObject List()
    {
        lock (_lock)
        {
            var now = DateTimeOffset.UtcNow;
            _overrides.RemoveAll(each => each["expires_at"]!.GetValue<DateTimeOffset>() <= now);
            foreach (var each in _overrides)
            {
                each["left_seconds"] = (each["expires_at"]!.GetValue<DateTimeOffset>() - now).TotalSeconds;
            }

            return new JsonObject { ["overrides"] = new JsonArray([.. _overrides.Select(each => each.DeepClone())]) };
        }
    }

    private JsonObject? Remove(string? id)
    {
        lock (_lock)
        {
            var removed = _overrides.RemoveAll(each => id is null || (string)each["id"]! == id);
            return id is null ? new JsonObject { ["removed"] = removed } : null;
        }
    }

    private async Task FollowAsync(HttpContext context)
    {
        var channel = Channel.CreateUnbounded<string>();
        lock (_lock)
        {
            var after = long.TryParse(context.Request.Query["after"], out var id) ? (int)id : 0;
            _past.Skip(after).ToList().ForEach(text => channel.Writer.TryWrite(text));
            _followers.Add(channel);
        }

        try
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await foreach (var text in channel.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(text, context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The page is closed or hidden.
        }
        finally
        {
            lock (_lock)
            {
                _followers.Remove(channel);
            }
        }
    }
}
