using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using SmartSink.Ledger;
using SmartSink.Ledger.Facts;
using SmartSink.Ledger.Report;
using SmartSink.Ledger.Rules;
using SmartSink.Reports;
using SmartSink.Senders;
using SmartSink.Shared;
using SmartSink.Smtp.Replies;

namespace SmartSink.Http.Api;

/// <summary>/report: what senders did, graded. /ledger: whether it is kept, and how much.</summary>
internal sealed class ReportApi(LedgerKeeper ledger, ReportContexts contexts, Func<Moment> clock)
{
    private const string ReportPath = "/report";
    private const string LedgerPath = "/ledger";

    /// <summary>The most bytes of a sender's log.</summary>
    public const int MostClassifiedBytes = 16 * 1024 * 1024;

    private static readonly ApiParameter<string> Run = new(
        "run", "Only senders of this load-generator run, and only their messages that belong to it", "string", "a run's id: 1 to 64 of letters, digits, dot, hyphen and underscore",
        text => (IsRun(text), text), string.Empty);
    private static readonly ApiParameter<TimeSpan?> Since = new(
        "since", "Only what came in during this time before now: 10m", "string", "a length of time such as 90s, 10m or 2h",
        text => Times.TryParse(text, out var time) && time > TimeSpan.Zero ? (true, time) : (false, null), otherwise: null);
    private static readonly ApiParameter<string> Format = ApiParameter.OneOf("format", "The format; json unless given", ReportFormats.Names);
    private static readonly ApiParameter<int> Senders = ApiParameter.Number("senders", "How many senders, worst first", least: 1, most: 1_000, otherwise: 100);

    private static readonly ApiParameter<int> From = ApiParameter.Number("from", "The number to begin with", least: 0, most: int.MaxValue, otherwise: 0);
    private static readonly ApiParameter<int> Count = ApiParameter.Number("count", "How many numbers", least: 1, most: RunTimesReport.Most, otherwise: RunTimesReport.Most);

    // A classified log takes memory while it is read.
    private static readonly SemaphoreSlim Classifying = new(1);

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapMethods(ReportPath, SinkPages.ReadMethods, (HttpContext context) => Answer(context))
            .Describe("report", "What senders did, graded by rules; the ledger must be on")
            .Takes(Run, ConnectionsApi.Client, Since, Format, Senders).Refuses(StatusCodes.Status409Conflict);
        api.MapPost(ReportPath, (HttpContext context, CancellationToken cancellation) => AnswerAsync(context, cancellation))
            .Describe("reportClassified", "The same, and judges the sender's own classification of refusals: lines of JSON, each with recipient and class, and sender if known")
            .Takes(Run, ConnectionsApi.Client, Since, Format, Senders).TakesBody(new ApiBody(typeof(string), ["application/x-ndjson", "application/jsonl", "text/plain"], MostClassifiedBytes))
            .Refuses(StatusCodes.Status409Conflict);
        api.MapMethods(LedgerPath, SinkPages.ReadMethods, (HttpContext context) => Ledger(context))
            .Describe("ledger", "Whether the ledger is on, and how much it holds");
        api.MapPut(LedgerPath, (HttpContext context, CancellationToken _) => SwitchAsync(context))
            .Describe("switchLedger", "Starts recording what senders do, or stops and forgets everything").TakesBody<LedgerSwitch>("application/json");
        api.MapDelete(LedgerPath, (HttpContext context) => Clear(context))
            .Describe("clearLedger", "Forgets everything and continues recording").Refuses(StatusCodes.Status409Conflict);
        api.MapMethods(LedgerPath + "/runs/{run}", SinkPages.ReadMethods, (HttpContext context, string run) => FindRun(context, run))
            .Describe("run", "What became of a load-generator run, by message number").Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        api.MapMethods(LedgerPath + "/runs/{run}/times", SinkPages.ReadMethods, (HttpContext context, string run) => FindTimes(context, run))
            .Describe("runTimes", "When the messages of a run came, by their numbers").Takes(From, Count).Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static ApiProblem IsOff => new(
        StatusCodes.Status409Conflict,
        "The ledger is off, so nothing is known about senders: start it with PUT /api/v1/ledger {\"on\": true}, smartsink ledger on or SINK_LEDGER=on, and then send mail");

    private static ApiProblem NoRun => new(
        StatusCodes.Status404NotFound, "Nothing from this run has arrived, or it was forgotten: does each message carry its run and number, in its sender or in X-SmartSink-Run?");

    private static bool IsRun(string text) => text.Length is > 0 and <= 64 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');

    private Results<ReportAnswer, ApiProblem> Answer(HttpContext context)
    {
        var query = new ApiQuery(context);
        var asked = new ReportQuery(query);
        return query.Problem is { } problem ? problem : Answer(asked, classified: null);
    }

    private async Task<Results<ReportAnswer, ApiProblem>> AnswerAsync(HttpContext context, CancellationToken cancellation)
    {
        await Classifying.WaitAsync(cancellation);
        try
        {
            var query = new ApiQuery(context);
            var asked = new ReportQuery(query);
            var (body, refusal) = await ApiBody.ReadAsync(context, query);
            if (refusal is not null)
            {
                return refusal;
            }

            var lines = ClassifiedLines.Read(body, ledger.Hash);
            return lines.Problems.Count == 0
                ? Answer(asked, lines.Recipients)
                : new ApiProblem(StatusCodes.Status400BadRequest, "The sender's log has mistakes", [.. lines.Problems.Select(problem => new ProblemError { Detail = problem })]);
        }
        finally
        {
            Classifying.Release();
        }
    }

    private Results<ReportAnswer, ApiProblem> Answer(ReportQuery asked, IReadOnlyList<ClassifiedRecipient>? classified)
    {
        if (!ledger.IsOn)
        {
            return IsOff;
        }

        if (contexts.TryMake(classified, out var mistakes) is not { } rules)
        {
            return new ApiProblem(StatusCodes.Status409Conflict, $"The rules file has mistakes: {mistakes[0]}", [.. mistakes.Select(mistake => new ProblemError { Detail = mistake })]);
        }

        var now = clock();
        var histories = ledger.Read(new LedgerQuery(
            asked.Run.Length == 0 ? null : asked.Run,
            asked.Client is { } network ? name => IPNetwork.TryParse(name, out var known) && Overlap(network, known) : null,
            asked.Since is { } time ? now.Milliseconds - (long)time.TotalMilliseconds : null));
        var card = ReportMaker.Make(histories, rules, now.Utc, ledger.Status.Forgotten);
        return new ReportAnswer(
            card with { Senders = [.. card.Senders.Take(asked.Senders)], LeftOut = Math.Max(0, card.Senders.Count - asked.Senders) },
            asked.Format.Length == 0 ? ReportFormat.Json : (ReportFormat)Array.IndexOf(ReportFormats.Names, asked.Format));
    }

    // Of an IPv6 client the ledger knows 64 bits.
    private static bool Overlap(IPNetwork one, IPNetwork other) => one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);

    private Results<Ok<LedgerReport>, ApiProblem> Ledger(HttpContext context) => new ApiQuery(context).Problem is { } problem ? problem : TypedResults.Ok(Status());

    private async Task<Results<Ok<LedgerReport>, ApiProblem>> SwitchAsync(HttpContext context)
    {
        var (body, refusal) = await ApiBody.ReadAsync(context, new ApiQuery(context));
        if (refusal is not null)
        {
            return refusal;
        }

        try
        {
            if (JsonSerializer.Deserialize(body, ReportApiJson.Default.LedgerSwitch) is { } given)
            {
                if (given.On)
                {
                    ledger.Start();
                }
                else
                {
                    ledger.Stop();
                }

                return TypedResults.Ok(Status());
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        return new ApiProblem(StatusCodes.Status400BadRequest, "The body must be {\"on\": true} or {\"on\": false}");
    }

    private Results<Ok<LedgerReport>, ApiProblem> Clear(HttpContext context)
    {
        if (new ApiQuery(context).Problem is { } problem)
        {
            return problem;
        }

        if (!ledger.IsOn)
        {
            return IsOff;
        }

        ledger.Clear();
        return TypedResults.Ok(Status());
    }

    private Results<Ok<RunReport>, ApiProblem> FindRun(HttpContext context, string run)
    {
        if (new ApiQuery(context).Problem is { } problem)
        {
            return problem;
        }

        var now = clock();
        return !ledger.IsOn ? IsOff
            : ledger.ReadRun(run) is { } found ? TypedResults.Ok(RunReport.Of(found, at => TimeOf(at, now)))
            : NoRun;
    }

    private Results<Ok<RunTimesReport>, ApiProblem> FindTimes(HttpContext context, string run)
    {
        var query = new ApiQuery(context);
        var (from, count) = (query.Read(From), query.Read(Count));
        if (query.Problem is { } problem)
        {
            return problem;
        }

        if (!ledger.IsOn)
        {
            return IsOff;
        }

        if (ledger.ReadTimes(run, from, count) is not { } found)
        {
            return NoRun;
        }

        // Read last: who compares clocks wants the moment of the answer.
        var now = clock();
        return TypedResults.Ok(new RunTimesReport(found.Run, now.Utc, TimeOf(found.Began, now), found.From, found.Highest, found.Times));
    }

    private LedgerReport Status()
    {
        var (status, now) = (ledger.Status, clock());
        return new LedgerReport(
            status.IsOn, status.Since < 0 ? null : TimeOf(status.Since, now), status.Senders, status.Runs, status.Bytes, status.MostBytes, status.Forgotten, status.Behind);
    }

    private static DateTimeOffset TimeOf(long milliseconds, in Moment now) => now.Utc.AddMilliseconds(milliseconds - now.Milliseconds);

    /// <summary>Which report is asked for.</summary>
    private sealed class ReportQuery(ApiQuery query)
    {
        public string Run { get; } = query.Read(ReportApi.Run);

        public IPNetwork? Client { get; } = query.Read(ConnectionsApi.Client);

        public TimeSpan? Since { get; } = query.Read(ReportApi.Since);

        public string Format { get; } = query.Read(ReportApi.Format);

        public int Senders { get; } = query.Read(ReportApi.Senders);
    }
}

/// <summary>A report, in the form that was asked for.</summary>
internal sealed class ReportAnswer(ReportCard card, ReportFormat format) : IResult, IEndpointMetadataProvider
{
    /// <summary>For the report as a page: its style is in it, and it runs and fetches nothing.</summary>
    private const string ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(ReportCard), ["application/json"]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = ReportFormats.MediaTypeOf(format);
        if (format == ReportFormat.Html)
        {
            httpContext.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        }

        return httpContext.Response.WriteAsync(ReportFormats.Write(card, format), httpContext.RequestAborted);
    }
}

/// <summary>Whether the ledger is to be on.</summary>
/// <param name="On">False forgets what it has.</param>
internal sealed record LedgerSwitch([property: JsonRequired] bool On);

/// <summary>Whether the ledger is on, and how much it holds.</summary>
/// <param name="On">Whether it is.</param>
/// <param name="Since">When the first of what is kept happened; null before that.</param>
/// <param name="Senders">Senders known: a client's network, and a user of it.</param>
/// <param name="Runs">Runs of load generators known.</param>
/// <param name="Bytes">What all of it takes in memory.</param>
/// <param name="Limit">What it may take.</param>
/// <param name="Forgotten">Facts that were forgotten for want of memory.</param>
/// <param name="Dropped">Events that came too fast to be kept.</param>
internal sealed record LedgerReport(bool On, DateTimeOffset? Since, int Senders, int Runs, long Bytes, long Limit, long Forgotten, long Dropped);

/// <summary>What came of a run. Ranges are sorted: <c>0-99</c>, <c>101</c>.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Lowest">The lowest number that came.</param>
/// <param name="Highest">The highest.</param>
/// <param name="Partial">Whether something was forgotten since it began: then a number that is missing here may have come.</param>
/// <param name="Accepted">Numbers of which a recipient was accepted.</param>
/// <param name="Refused">Numbers of which a recipient was refused for good, and none accepted.</param>
/// <param name="Waiting">Numbers of which a recipient was refused for now when it came last.</param>
/// <param name="Bounced">Numbers that a message of the null sender returned; they need not have come themselves.</param>
/// <param name="Duplicates">Numbers of which a recipient was accepted more than once.</param>
/// <param name="Last">When those refused and waiting came last, the lowest numbers first, at most 10,000.</param>
internal sealed record RunReport(
    string Run, long Lowest, long Highest, bool Partial, IReadOnlyList<string> Accepted, IReadOnlyList<string> Refused, IReadOnlyList<string> Waiting, IReadOnlyList<string> Bounced,
    IReadOnlyList<DuplicateReport> Duplicates, IReadOnlyList<LastTryReport> Last)
{
    public static RunReport Of(RunHistory run, Func<long, DateTimeOffset> timeOf) => new(
        run.Run, run.Lowest, run.Highest, run.IsPartial, Texts(run.Accepted), Texts(run.Refused), Texts(run.Waiting), Texts(run.Bounced),
        [.. run.Duplicates.Select(duplicate => new DuplicateReport(duplicate.Number, duplicate.Times, duplicate.Excused))],
        [.. run.Last.Select(last => new LastTryReport(last.Number, timeOf(last.At)))]);

    private static List<string> Texts(IReadOnlyList<NumberRange> ranges) => [.. ranges.Select(range => range.ToString())];
}

/// <summary>A message that was accepted more than once.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Times">How often it was accepted again.</param>
/// <param name="Excused">How many of those followed a reply that was lost on purpose.</param>
internal sealed record DuplicateReport(long Number, int Times, int Excused);

/// <summary>When the messages of a run came.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Now">The sink's clock as it answers.</param>
/// <param name="Began">When the first recipient of the run was accepted.</param>
/// <param name="From">The number of the first of the times.</param>
/// <param name="Highest">The highest number that came: there is more to ask for until the times reach it.</param>
/// <param name="Times">When the first recipient of each number was accepted, in milliseconds since it began; null for a number of which none was.</param>
internal sealed record RunTimesReport(string Run, DateTimeOffset Now, DateTimeOffset Began, long From, long Highest, IReadOnlyList<long?> Times)
{
    /// <summary>The most numbers of one answer.</summary>
    public const int Most = 100_000;
}

/// <summary>When a message came last.</summary>
internal sealed record LastTryReport(long Number, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(LedgerSwitch))]
[JsonSerializable(typeof(LedgerReport))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(RunTimesReport))]
internal sealed partial class ReportApiJson : JsonSerializerContext;
