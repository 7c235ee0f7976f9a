using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SmartSink.Http.Api;

namespace SmartSink.Commands;

/// <summary>Asks a running sink's control API what is to be shown. A call that fails leaves what the last one told.</summary>
internal sealed class WatchFeed : IDisposable
{
    /// <summary>The most domains that a screen has room for.</summary>
    private const int MostDomains = 100;

    /// <summary>Seconds of the past that a screen has room for.</summary>
    private const int LongestPast = 120;

    /// <summary>Refusals that are kept to be shown.</summary>
    private const int MostRefusals = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client;
    private readonly Uri _root;
    private readonly TimeProvider _clock;
    private readonly List<WatchEvent> _refusals = [];
    private long _lastEvent;
    private WatchView _view;

    /// <summary>Asks nothing yet.</summary>
    /// <param name="sink">Where the sink's HTTP listens, with a slash at its end.</param>
    /// <param name="token">What the sink knows its friends by; null for none.</param>
    /// <param name="clock">The time.</param>
    /// <param name="handler">Sends the requests; null for the network, without a proxy.</param>
    public WatchFeed(Uri sink, string? token, TimeProvider clock, HttpMessageHandler? handler = null)
    {
        _root = new Uri(sink, ApiRoutes.Root[1..] + "/");
        _clock = clock;
        _client = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        if (token is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        _view = new WatchView { Sink = sink, Now = clock.GetUtcNow(), Zone = clock.LocalTimeZone };
    }

    /// <summary>What there is to show now.</summary>
    public async Task<WatchView> AskAsync(CancellationToken cancellation)
    {
        // First, as a sink that does not answer it is not asked the rest.
        var stats = await GetAsync($"stats?domains={MostDomains}", WatchJson.Default.WatchStats, cancellation);
        var now = _clock.GetUtcNow();
        if (stats.Answer is null)
        {
            return _view = _view with { Now = now, Problem = stats.Problem, ProblemSince = _view.ProblemSince ?? now };
        }

        // A sink that was started anew counts its events anew, or goes on: what it has is asked for from the start either way.
        if (_view.Stats is { } last && last.StartedAt != stats.Answer.StartedAt)
        {
            _refusals.Clear();
            _lastEvent = 0;
        }

        var historyTask = GetAsync($"stats/history?seconds={LongestPast}", WatchJson.Default.WatchHistory, cancellation);
        var overridesTask = GetAsync("overrides", WatchJson.Default.WatchOverrides, cancellation);
        var eventsTask = GetAsync($"events?kind=refusal&count={MostRefusals}&after={_lastEvent}", WatchJson.Default.WatchEvents, cancellation);
        await Task.WhenAll(historyTask, overridesTask, eventsTask);
        var (history, overrides, events) = (await historyTask, await overridesTask, await eventsTask);
        if (events.Answer is { } told)
        {
            _refusals.AddRange(told.Events.Where(one => one.Kind == "refusal"));
            _refusals.RemoveRange(0, Math.Max(0, _refusals.Count - MostRefusals));
            _lastEvent = told.LastId;
        }

        return _view = _view with
        {
            Now = now,
            Problem = null,
            ProblemSince = null,
            Stats = stats.Answer,
            History = history.Answer ?? _view.History,
            Overrides = overrides.Answer?.Overrides ?? [],
            OverridesProblem = overrides.Problem,
            Refusals = [.. _refusals],
            RefusalsProblem = events.Problem,
        };
    }

    public void Dispose() => _client.Dispose();

    private async Task<(T? Answer, string? Problem)> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri(_root, path), cancellation);
            if (answer.IsSuccessStatusCode)
            {
                return (await answer.Content.ReadFromJsonAsync(type, cancellation), null);
            }

            var detail = answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
                ? (await answer.Content.ReadFromJsonAsync(WatchJson.Default.WatchProblem, cancellation))?.Detail
                : null;
            detail ??= (int)answer.StatusCode == 404 ? "it has no control API: SINK_API=off, or another version" : null;
            return (null, $"the server says {(int)answer.StatusCode} {answer.ReasonPhrase}{(detail is null ? string.Empty : $": {detail}")}");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"no answer within {Patience.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException)
        {
            return (null, exception.Message);
        }
    }
}

/// <summary>What a screen shows.</summary>
internal sealed record WatchView
{
    public required Uri Sink { get; init; }

    /// <summary>When this was so, by the clock of whoever looks.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>In which times of day are shown.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>Why the sink could not be asked now; null when it could.</summary>
    public string? Problem { get; init; }

    /// <summary>Since when it cannot be asked.</summary>
    public DateTimeOffset? ProblemSince { get; init; }

    /// <summary>What it last counted; null before the first answer.</summary>
    public WatchStats? Stats { get; init; }

    public WatchHistory? History { get; init; }
    public IReadOnlyList<WatchOverride> Overrides { get; init; } = [];
    public string? OverridesProblem { get; init; }

    /// <summary>The last refusals, the newest last.</summary>
    public IReadOnlyList<WatchEvent> Refusals { get; init; } = [];

    public string? RefusalsProblem { get; init; }
}

/// <summary>The answer of /stats, as far as it is shown. It may be that of another version of the sink: what is missing is empty.</summary>
internal sealed record WatchStats
{
    public DateTimeOffset At { get; init; }
    public string Status { get => field ?? string.Empty; init; }
    public DateTimeOffset StartedAt { get; init; }
    public WatchPolicy? Policy { get; init; }
    public IReadOnlyList<string> Warnings { get => field ?? []; init; }
    public WatchOpen? Connections { get; init; }
    public WatchCount? Messages { get; init; }
    public WatchOutcomes? Recipients { get; init; }
    public IReadOnlyList<WatchDomain> Domains { get => field ?? []; init; }
    public int DomainsLeftOut { get; init; }
}

/// <summary>The policy in force.</summary>
internal sealed record WatchPolicy(string? Hash, DateTimeOffset LoadedAt);

/// <summary>How many are open, and how many may be.</summary>
internal sealed record WatchOpen(long Open, long? Limit);

/// <summary>A count since the start, and its rates by the seconds that they are means of.</summary>
internal sealed record WatchCount(long Total, IReadOnlyDictionary<string, double>? PerSecond);

/// <summary>Recipients by outcome.</summary>
internal sealed record WatchOutcomes(WatchCount? Accepted, WatchCount? Tempfail, WatchCount? Permfail);

/// <summary>Recipients of one entry of the policy.</summary>
internal sealed record WatchDomain
{
    public string Domain { get => field ?? string.Empty; init; }
    public long Recipients { get; init; }
    public IReadOnlyDictionary<string, double>? PerSecond { get; init; }
    public WatchShares? Observed { get; init; }
    public WatchShares? Expected { get; init; }
    public WatchReply? TopReply { get; init; }
}

/// <summary>Percent of recipients.</summary>
internal sealed record WatchShares(double Accepted, double Tempfail, double Permfail);

/// <summary>A refusal, and how often it was given.</summary>
internal sealed record WatchReply(int Code, string? Label, string? Text, long Count);

/// <summary>What came in each second, the oldest first.</summary>
internal sealed record WatchHistory
{
    public IReadOnlyList<double> Accepted { get => field ?? []; init; }
    public IReadOnlyList<double> Tempfail { get => field ?? []; init; }
    public IReadOnlyList<double> Permfail { get => field ?? []; init; }
}

internal sealed record WatchOverrides
{
    public IReadOnlyList<WatchOverride> Overrides { get => field ?? []; init; }
}

/// <summary>A rule that somebody added for a time.</summary>
internal sealed record WatchOverride(string? Id, string? Name, double LeftSeconds, long Acted, long? Times);

internal sealed record WatchEvents
{
    public IReadOnlyList<WatchEvent> Events { get => field ?? []; init; }
    public long LastId { get; init; }
}

/// <summary>A refusal.</summary>
internal sealed record WatchEvent(string? Kind, DateTimeOffset At, string? Client, string? Recipient, string? Domain, string? Outcome, string? Reply);

/// <summary>Why the API refused (RFC 9457).</summary>
internal sealed record WatchProblem(string? Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WatchStats))]
[JsonSerializable(typeof(WatchHistory))]
[JsonSerializable(typeof(WatchOverrides))]
[JsonSerializable(typeof(WatchEvents))]
[JsonSerializable(typeof(WatchProblem))]
internal sealed partial class WatchJson : JsonSerializerContext;
