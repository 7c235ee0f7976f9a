using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using SmartSink.Behaviour;
using SmartSink.Connections;
using SmartSink.Events;
using SmartSink.Observers;
using SmartSink.Policy;
using SmartSink.Scenarios;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Telemetry;
using SmartSink.Watching;

namespace SmartSink.Http.Api;

/// <summary>What comes in, how fast, and what becomes of it.</summary>
internal sealed class StatsApi(
    RateSampler rates, SessionMetrics sessions, ConnectionMetrics connections, SmtpHost server, BehaviourFilters behaviour, SinkWarnings warnings,
    SinkState state, Reloader<PolicySnapshot> policy, ProcessDescriptors descriptors, TimeProvider clock)
{
    private static readonly ApiParameter<int> DomainCount = ApiParameter.Number("domains", "How many domains, the busiest first", least: 0, most: RateSampler.DefaultMostDomains, otherwise: 100);
    private static readonly ApiParameter<int> Seconds = ApiParameter.Number("seconds", "How many seconds", least: 1, most: RateSampler.HistorySeconds, otherwise: RateSampler.HistorySeconds);

    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
    private volatile EntriesByName? _entries;

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapMethods("/stats", SinkPages.ReadMethods, (HttpContext context) => Answer(context))
            .Describe("stats", "Counts since the start, rates over 1, 10 and 60 s, and warnings").Takes(DomainCount);
        api.MapMethods("/stats/history", SinkPages.ReadMethods, (HttpContext context) => AnswerHistory(context))
            .Describe("history", "What came in during each of the last seconds").Takes(Seconds);
    }

    private Results<Ok<StatsReport>, ApiProblem> Answer(HttpContext context)
    {
        var query = new ApiQuery(context);
        var domains = query.Read(DomainCount);
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var (totals, speed, snapshot) = (sessions.ReadTotals(), rates.Read(domains), policy.Current);
        var filter = behaviour.Current;
        return TypedResults.Ok(new StatsReport(
            clock.GetUtcNow(),
            HealthEndpoints.StatusOf(state, policy),
            _startedAt,
            PolicyReport.Of(snapshot),
            warnings.Read(),
            new ConnectionCounts(server.OpenConnections, server.MaxConnections, connections.Opened),
            new DescriptorCounts(descriptors.Open, descriptors.Limit),
            new CountReport(totals.Messages, PerSecond.Of(speed.Messages)),
            new RecipientsReport(
                new CountReport(totals.Accepted, PerSecond.Of(speed.Accepted)),
                new CountReport(totals.TempFail, PerSecond.Of(speed.TempFail)),
                new CountReport(totals.PermFail, PerSecond.Of(speed.PermFail)),
                sessions.Abandoned),
            [.. speed.Domains.Select(domain => ReportOf(domain, filter))],
            speed.LeftOut));
    }

    private Results<Ok<HistoryReport>, ApiProblem> AnswerHistory(HttpContext context)
    {
        var query = new ApiQuery(context);
        var seconds = query.Read(Seconds);
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var history = rates.ReadHistory(seconds);
        return TypedResults.Ok(new HistoryReport(
            history.Until.ToUnixTimeSeconds(),
            Step: 1,
            [.. history.Came.Select(came => came.Accepted)],
            [.. history.Came.Select(came => came.TempFail)],
            [.. history.Came.Select(came => came.PermFail)],
            [.. history.Came.Select(came => came.Messages)],
            history.Connections));
    }

    private DomainReport ReportOf(DomainRates domain, IMailboxFilter filter)
    {
        var (totals, minute) = (domain.Totals, domain.LastMinute);
        var (expected, top) = EntryOf(filter, domain.Name) is { } entry ? (SharesReport.Expected(filter, entry), TopReplyOf(filter, entry)) : (null, null);
        return new DomainReport(
            domain.Name, totals.Recipients, totals.Accepted, totals.TempFail, totals.PermFail, PerSecond.Of(domain.PerSecond),
            minute.Recipients == 0 ? null : SharesReport.Of(minute.Accepted, minute.TempFail, minute.PermFail, minute.Recipients),
            expected,
            top);
    }

    private TopReplyReport? TopReplyOf(IMailboxFilter filter, int entry) => sessions.TopRefusalOf(filter, entry) is var (reply, count)
        ? new TopReplyReport(reply.Code, ReplyLabels.Words[(int)reply.Label], reply.ToText(), count)
        : null;

    // A name says which entry only with the revision: what has gone from the policy has none.
    private int? EntryOf(IMailboxFilter filter, string name)
    {
        var entries = _entries;
        if (entries is null || !ReferenceEquals(entries.Filter, filter))
        {
            entries = new EntriesByName(filter, Enumerable.Range(0, filter.EntryCount).ToDictionary(filter.EntryName, StringComparer.Ordinal));
            _entries = entries;
        }

        return entries.Numbers.TryGetValue(name, out var entry) ? entry : null;
    }

    private sealed record EntriesByName(IMailboxFilter Filter, Dictionary<string, int> Numbers);
}

/// <summary>What a person should look at, each a sentence with what to do.</summary>
internal sealed class SinkWarnings(
    SmtpHost server, SinkState state, Reloader<PolicySnapshot> policy, IEnumerable<IReloader> reloaders, BehaviourFilters behaviour, ProcessDescriptors descriptors, DroppedLogEvents log,
    HttpConnectionLimit http, SinkEvents events, OverlayKeeper overlays, TimeProvider clock)
{
    /// <summary>From this age on an override may have been forgotten.</summary>
    private static readonly TimeSpan OldOverride = TimeSpan.FromHours(1);

    /// <summary>From this share of a table on it counts as nearly full.</summary>
    private const double NearlyFull = 0.9;

    public IReadOnlyList<string> Read() => [.. All()];

    private IEnumerable<string> All()
    {
        if (state.Phase is SinkPhase.Stopping or SinkPhase.Failed)
        {
            yield return "The sink is stopping: it accepts no new connections.";
        }

        if (policy.IsKept)
        {
            yield return Text($"The policy files had errors at the start, so mail is answered by policy {policy.Current.Hash}, the last one in force{First(policy.LastReload)}. Fix the files; they are reread automatically.");
        }
        else if (policy.LastReload is { Result: ReloadResult.Rejected } rejected)
        {
            yield return Text($"The policy files were changed at {rejected.At:HH:mm:ss} UTC and have errors, so policy {policy.Current.Hash} stays in force{First(rejected)}. Fix the files; they are reread automatically.");
        }

        if (overlays.Current is { } overlay)
        {
            yield return Text($"The overlay \"{overlay.Policy.Name}\" is applied over the policy files until {overlay.EndsAt.Utc:HH:mm:ss} UTC. To remove it sooner, send DELETE {ApiRoutes.Root}{OverlayApi.Path}.");
        }

        foreach (var reloader in reloaders.Where(reloader => reloader != policy && reloader.IsRejected))
        {
            yield return $"The changed {reloader.Name} were rejected, and the previous ones stay in force. The log says what is wrong with the files.";
        }

        if (behaviour.Overrides.InForce is (var overrides, { } oldest) && clock.GetUtcNow() - oldest >= OldOverride)
        {
            yield return Text($"{(overrides == 1 ? "An override is" : $"{overrides:N0} overrides are")} in force, {(overrides == 1 ? "added" : "the oldest added")} at {oldest:HH:mm} UTC, more than an hour ago. Remove what is no longer wanted: smartsink calm.");
        }

        if (server.OpenConnections >= NearlyFull * server.MaxConnections)
        {
            yield return Text($"{server.OpenConnections:N0} of at most {server.MaxConnections:N0} connections are open; beyond that clients get 421. Raise SINK_MAX_CONNECTIONS or send over fewer.");
        }

        if (descriptors is { Open: { } open, Limit: { } limit } && open >= NearlyFull * limit)
        {
            yield return Text($"{open:N0} of at most {limit:N0} files are open. Raise the limit (ulimit -n, or ulimits: nofile in Docker) before connections are refused.");
        }

        if (log.Count is > 0 and var dropped)
        {
            yield return Text($"{dropped:N0} log events were dropped because standard output is not read fast enough or cannot be written. Raise SINK_LOG_LEVEL, read faster, or make room on the disk.");
        }

        if (events.LeftOut is > 0 and var leftOut)
        {
            yield return Text($"{leftOut:N0} events were left out because more than 1,000 came in a second. Counts and metrics include them all; to see all events, send less.");
        }

        if (http.Refused is > 0 and var refused)
        {
            yield return Text($"{refused:N0} HTTP connections were refused because {HttpLimits.MostConnections} were open. Close pages and event followers that are not needed.");
        }
    }

    private static string First(ReloadReport? report) => report?.Diagnostics is [var first, ..] ? $" ({first})" : string.Empty;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The answer to /stats.</summary>
internal sealed record StatsReport(
    DateTimeOffset At, string Status, DateTimeOffset StartedAt, PolicyReport Policy, IReadOnlyList<string> Warnings, ConnectionCounts Connections, DescriptorCounts Descriptors,
    CountReport Messages, RecipientsReport Recipients, IReadOnlyList<DomainReport> Domains, int DomainsLeftOut);

/// <summary>SMTP connections: open now, the most that may be, accepted since the start.</summary>
internal sealed record ConnectionCounts(int Open, int Limit, long Total);

/// <summary>Open files and the most that may be; null where the system does not tell.</summary>
internal sealed record DescriptorCounts(long? Open, int? Limit);

/// <summary>A count since the start, and how fast it rises.</summary>
internal sealed record CountReport(long Total, PerSecond PerSecond);

/// <summary>Recipients by outcome; abandoned are those accepted at RCPT whose transaction was given up before its end of data.</summary>
internal sealed record RecipientsReport(CountReport Accepted, CountReport Tempfail, CountReport Permfail, long Abandoned);

/// <summary>What came to a configured domain: counts since the start, and shares in percent.</summary>
/// <param name="Domain">As in the metrics: <c>other</c> for those that the policy does not name.</param>
/// <param name="Recipients">All that came to an outcome.</param>
/// <param name="Accepted">Accepted.</param>
/// <param name="Tempfail">Refused for now.</param>
/// <param name="Permfail">Refused for good.</param>
/// <param name="PerSecond">Recipients a second.</param>
/// <param name="Observed">What became of the recipients of the last 60 s; null when there were none.</param>
/// <param name="Expected">What the rates in force make of them in the long run; null when the domain is no longer in the policy.</param>
/// <param name="TopReply">The refusal that was given most often since the policy is in force; null for none.</param>
internal sealed record DomainReport(
    string Domain, long Recipients, long Accepted, long Tempfail, long Permfail, PerSecond PerSecond, SharesReport? Observed, SharesReport? Expected, TopReplyReport? TopReply);

/// <summary>Shares of recipients in percent.</summary>
internal sealed record SharesReport(double Accepted, double Tempfail, double Permfail)
{
    // Rates are percent with few decimals; the thresholds that they become are binary.
    private const int Digits = 6;

    /// <summary>What became of recipients.</summary>
    public static SharesReport Of(double accepted, double tempFail, double permFail, double all) =>
        new(Math.Round(100 * accepted / all, Digits), Math.Round(100 * tempFail / all, Digits), Math.Round(100 * permFail / all, Digits));

    /// <summary>What the rates make of an entry's recipients now.</summary>
    public static SharesReport Expected(IMailboxFilter filter, int entry, string? domain = null)
    {
        var (accepted, tempFail, permFail) = BehaviourFilters.SharesOf(filter, entry, domain);
        return Of(accepted, tempFail, permFail, all: 1);
    }
}

/// <summary>A refusal and how often it was given; the text without codes of lines, with placeholders as in the policy.</summary>
internal sealed record TopReplyReport(int Code, string Label, string Text, long Count);

/// <summary>How many a second over the last second, ten and sixty, or over as much of it as the sink has run.</summary>
internal sealed record PerSecond(
    [property: JsonPropertyName("1")] double Second, [property: JsonPropertyName("10")] double TenSeconds, [property: JsonPropertyName("60")] double Minute)
{
    public static PerSecond Of(in RateWindows rates) => new(rates.Second, rates.TenSeconds, rates.Minute);
}

/// <summary>What came in each second, the oldest first; of connections how many were open at its end.</summary>
/// <param name="Until">Unix time in seconds at which the last one ended.</param>
/// <param name="Step">Seconds of each.</param>
/// <param name="Accepted">Recipients accepted.</param>
/// <param name="Tempfail">Recipients refused for now.</param>
/// <param name="Permfail">Recipients refused for good.</param>
/// <param name="Messages">Messages that came to their end of data.</param>
/// <param name="Connections">Open connections.</param>
internal sealed record HistoryReport(long Until, int Step, IReadOnlyList<long> Accepted, IReadOnlyList<long> Tempfail, IReadOnlyList<long> Permfail, IReadOnlyList<long> Messages, IReadOnlyList<int> Connections);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatsReport))]
[JsonSerializable(typeof(HistoryReport))]
internal sealed partial class StatsJson : JsonSerializerContext;
