using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using SmartSink.Events;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Syntax;
using SmartSink.Telemetry;

namespace SmartSink.Http.Api;

/// <summary>What happened lately, as a list or as it happens.</summary>
internal static class EventsApi
{
    private const string Stream = "text/event-stream";

    /// <summary>What is written at once: a reader is given the time for so much.</summary>
    private const int BlockSize = 16 * 1024;

    private static readonly ApiParameter<bool> Follow = ApiParameter.Flag("follow", $"Whether to continue with new events, as server-sent events; Accept: {Stream} has the same effect");
    private static readonly ApiParameter<int> Count = ApiParameter.Number("count", "For a list: how many events, the newest ones", 1, SinkEvents.Kept, SinkEvents.Kept);
    private static readonly ApiParameter<long?> After = new("after", "Only events after the one with this id; 0 for all that are kept", "integer", "the id of an event, or 0", ReadId, otherwise: null);
    private static readonly ApiParameter<int> Kind = Words("kind", "Only events of these kinds, separated by commas", SinkEvents.Kinds);
    private static readonly ApiParameter<int> Outcome = Words("outcome", "Only events with one of these outcomes, separated by commas", LabelWords.Outcomes);
    private static readonly ApiParameter<byte[]?> Domain = new("domain", "Only events about recipients of this domain, or of this entry of the policy", "string", "a domain", ReadDomain, otherwise: null);
    private static readonly ApiParameter<NetworkList?> Client = new(
        "client", "Only events of clients in these networks, separated by commas", "string", "an IP address or a network", text => (NetworkList.TryParse(text, out var networks), networks), otherwise: null);

    public static void MapEventsApi(this IEndpointRouteBuilder api, SinkEvents events, EventFollowers followers) =>
        api.MapGet("/events", (HttpContext context) => Answer(context, events, followers))
            .Describe("events", "The last 1,000 events, or with follow=true also new ones as server-sent events")
            .Takes(Follow, After, Count, Kind, Domain, Client, Outcome)
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(EventList), ["application/json", Stream]))
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status503ServiceUnavailable);

    private static IResult Answer(HttpContext context, SinkEvents events, EventFollowers followers)
    {
        var query = new ApiQuery(context);
        var (after, count) = (query.Read(After), query.Read(Count));
        var isFollowing = query.Read(Follow);
        var filter = new EventFilter(query.Read(Kind), query.Read(Outcome), query.Read(Domain), query.Read(Client));
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var request = context.Request;
        if (!isFollowing && (request.Query.ContainsKey(Follow.Name) || !request.Headers.Accept.ToString().Contains(Stream, StringComparison.OrdinalIgnoreCase)))
        {
            return new WrittenAnswer(http => ListAsync(http, events, filter, after ?? 0, count));
        }

        // What a client that connects again has seen last is newer than what its address says.
        var (isSeen, seen) = ReadId(request.Headers[EventFollowers.LastEventId].ToString());
        return new WrittenAnswer(http => followers.FollowAsync(http, filter, isSeen ? seen : after));
    }

    private static async Task ListAsync(HttpContext context, SinkEvents events, EventFilter filter, long after, int count)
    {
        events.CatchUp();
        var ring = events.Ring;
        var last = ring.LastId;
        var copy = new EventCopy();
        var chosen = new List<long>();
        for (var id = last; id >= Math.Max(ring.FirstId, after + 1) && chosen.Count < count; id--)
        {
            if (ring.TryCopy(id, copy) && filter.Matches(copy))
            {
                chosen.Add(id);
            }
        }

        await context.WriteRingAsync(ring, chosen, "{\"events\":["u8.ToArray(), $"],\"last_id\":{last},\"sampled\":{events.LeftOut}}}\n");
    }

    /// <summary>Writes an object with a list of what stands in a ring.</summary>
    /// <param name="context">The request.</param>
    /// <param name="ring">The ring.</param>
    /// <param name="ids">The numbers, the newest first; it is written last.</param>
    /// <param name="start">What comes before the list's members.</param>
    /// <param name="end">What comes behind them.</param>
    public static async Task WriteRingAsync(this HttpContext context, EventRing ring, List<long> ids, ReadOnlyMemory<byte> start, string end)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var cancellation = context.RequestAborted;
        var body = context.Response.BodyWriter;
        var copy = new EventCopy();
        await body.WriteAsync(start, cancellation);
        var isFirst = true;
        for (var index = ids.Count - 1; index >= 0; index--)
        {
            if (ring.TryCopy(ids[index], copy))
            {
                body.Write(isFirst ? "\n"u8 : ",\n"u8);
                body.Write(copy.Json.Span);
                isFirst = false;
                if (body.UnflushedBytes >= BlockSize)
                {
                    await body.FlushAsync(cancellation);
                }
            }
        }

        body.Write(Encoding.UTF8.GetBytes(end));
        await body.FlushAsync(cancellation);
    }

    private static ApiParameter<int> Words(string name, string description, IReadOnlyList<string> words) =>
        new(name, description, "string", $"one or more of {string.Join(", ", words)}", text => ReadWords(text, words), otherwise: EventFilter.All);

    // A bit for each word, by its place.
    private static (bool IsRight, int Value) ReadWords(string text, IReadOnlyList<string> words)
    {
        var places = text.Split(',', StringSplitOptions.TrimEntries).Select(word => words.ToList().IndexOf(word)).ToList();
        return places.Contains(-1) ? (false, EventFilter.All) : (true, places.Aggregate(0, (bits, place) => bits | (1 << place)));
    }

    private static (bool IsRight, long? Value) ReadId(string text) => (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id), id);

    // Between two line feeds, as the events' own are.
    private static (bool IsRight, byte[]? Value) ReadDomain(string text) =>
        (text.Length is > 0 and <= SinkEvents.LongestText, Encoding.UTF8.GetBytes($"\n{(DomainName.TryNormalize(text, out var normal) ? normal : text.ToLowerInvariant())}\n"));
}

/// <summary>An answer that is written as it comes.</summary>
internal sealed class WrittenAnswer(Func<HttpContext, Task> write) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => write(httpContext);
}

/// <summary>Which events are asked for. What says that events are missing always is.</summary>
/// <param name="Kinds">A bit for each kind, by its number.</param>
/// <param name="Outcomes">A bit for each outcome; <see cref="All"/> also for events without one.</param>
/// <param name="Domain">A domain between two line feeds; null for any and none.</param>
/// <param name="Clients">Where the client is; null for anywhere and none.</param>
internal sealed record EventFilter(int Kinds, int Outcomes, byte[]? Domain, NetworkList? Clients)
{
    public const int All = -1;

    /// <summary>Whether an event is one of those.</summary>
    public bool Matches(EventCopy copy)
    {
        var marks = copy.Marks;
        return marks.Kind == EventKind.Sampled
            || ((Kinds & (1 << (int)marks.Kind)) != 0
                && (Outcomes == All || (Outcomes & marks.Outcomes) != 0)
                && (Clients is null || (marks.Client is { } client && Clients.Contains(client)))
                && (Domain is null || copy.IsAbout(Domain)));
    }
}

/// <summary>Those who follow events. There are only so many; one who does not read is cut off.</summary>
internal sealed class EventFollowers
{
    /// <summary>How many may follow at once.</summary>
    public const int Most = 16;

    /// <summary>The header with the id that a follower has seen last, in its request, and from which a stream goes on, in the answer.</summary>
    public const string LastEventId = "Last-Event-ID";

    /// <summary>Octets that are written at once. A follower who is behind the ring's end misses events and is told so, so nothing waits for it.</summary>
    private const int BatchSize = 64 * 1024;

    /// <summary>How long a follower may take to make room for what is written.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>After a batch with the newest event: at full load many go in one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How long to wait for an event before a look at what was left out.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>After so long a silence a comment shows that the connection is alive.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly SinkEvents _events;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stopping;
    private int _count;
    private long _cut;

    /// <summary>Makes room for some.</summary>
    /// <param name="events">What they follow.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="metrics">Where they are counted.</param>
    /// <param name="stopping">Ends all of them.</param>
    public EventFollowers(SinkEvents events, TimeProvider clock, SinkMetrics metrics, CancellationToken stopping)
    {
        (_events, _clock, _stopping) = (events, clock, stopping);
        metrics.BeforePage(() =>
        {
            metrics.EventFollowers.Set(Volatile.Read(ref _count));
            metrics.EventFollowersCut.IncTo(Interlocked.Read(ref _cut));
            metrics.EventsLeftOut.IncTo(events.LeftOut);
        });
    }

    /// <summary>Writes events to a client until it leaves, is cut off, or the sink stops.</summary>
    public async Task FollowAsync(HttpContext context, EventFilter filter, long? after)
    {
        try
        {
            if (Interlocked.Increment(ref _count) > Most)
            {
                context.Response.Headers.RetryAfter = "5";
                await context.RefuseAsync(StatusCodes.Status503ServiceUnavailable, $"{Most} clients are following events, which is the limit: disconnect one of them, or ask without follow");
                return;
            }

            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
            var response = context.Response;
            response.ContentType = "text/event-stream; charset=utf-8";
            response.Headers.CacheControl = "no-store";

            // Those who do not read are cut off and counted here; what is left at the end is the server's again.
            var rate = context.Features.Get<IHttpMinResponseDataRateFeature>();
            var usual = rate?.MinDataRate;
            rate?.MinDataRate = null;

            // One that is not given yet is of another sink: all that is here is new to who has it.
            var last = _events.Ring.LastId;
            var seen = after is null ? last : after <= last ? after.Value : 0;
            response.Headers[LastEventId] = seen.ToString(CultureInfo.InvariantCulture);
            await WriteAsync(context, filter, seen, end.Token);
            rate?.MinDataRate = usual;
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private async Task WriteAsync(HttpContext context, EventFilter filter, long seen, CancellationToken end)
    {
        var ring = _events.Ring;
        var batch = new ArrayBufferWriter<byte>(4 * 1024);
        var copy = new EventCopy();

        // The id is for who is cut off before the first event.
        batch.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: 2000\nid: {seen}\n\n")));
        var wroteAt = _clock.GetTimestamp();
        while (!end.IsCancellationRequested)
        {
            _events.CatchUp();
            if (ring.Missed(seen) is > 0 and var missed)
            {
                seen += missed;
                WriteMissed(batch, seen, missed);
            }

            seen = Math.Max(seen, ring.FirstId - 1);
            for (var last = ring.LastId; seen < last && batch.WrittenCount < BatchSize && ring.TryCopy(seen + 1, copy); seen++)
            {
                if (filter.Matches(copy))
                {
                    WriteEvent(batch, copy.Id, SinkEvents.Kinds[(int)copy.Marks.Kind], copy.Json.Span);
                }
            }

            if (batch.WrittenCount == 0 && _clock.GetElapsedTime(wroteAt) >= Heartbeat)
            {
                batch.Write(":\n\n"u8);
            }

            var isFull = batch.WrittenCount >= BatchSize;
            var hasWritten = batch.WrittenCount > 0;
            if (hasWritten)
            {
                if (!await SendAsync(context, batch.WrittenMemory, end))
                {
                    return;
                }

                batch.ResetWrittenCount();
                wroteAt = _clock.GetTimestamp();
                if (seen < ring.LastId && isFull)
                {
                    continue;
                }
            }

            var next = hasWritten ? Task.Delay(Pause, _clock, end) : ring.WaitAsync(seen).WaitAsync(Look, _clock, end);
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> SendAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken end)
    {
        var sending = context.Response.BodyWriter.WriteAsync(bytes, end).AsTask();
        if (!sending.IsCompleted)
        {
            await ((Task)sending).WaitAsync(Patience, _clock, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!sending.IsCompletedSuccessfully)
            {
                // At a stop nobody waits for one who does not read, either.
                Interlocked.Add(ref _cut, end.IsCancellationRequested ? 0 : 1);
                context.Abort();
            }

            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return sending.IsCompletedSuccessfully && !end.IsCancellationRequested;
    }

    private void WriteMissed(IBufferWriter<byte> body, long id, long count) => WriteEvent(
        body,
        id,
        SinkEvents.Kinds[(int)EventKind.Sampled],
        Encoding.UTF8.GetBytes($$"""{"id":{{id}},"at":"{{_clock.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffffffZ}}","kind":"sampled","left_out":{{count}}}"""));

    // JSON has no line's end within, so it is one line of data.
    private static void WriteEvent(IBufferWriter<byte> body, long id, string kind, ReadOnlySpan<byte> json)
    {
        var line = body.GetSpan(64 + json.Length);
        Utf8.TryWrite(line, CultureInfo.InvariantCulture, $"id: {id}\nevent: {kind}\ndata: ", out var length);
        json.CopyTo(line[length..]);
        "\n\n"u8.CopyTo(line[(length + json.Length)..]);
        body.Advance(length + json.Length + 2);
    }
}

/// <summary>The list of events.</summary>
/// <param name="Events">The oldest first.</param>
/// <param name="LastId">The id of the newest event of all: what comes after it is what comes after this list.</param>
/// <param name="Sampled">How many events were left out since the start, because more than 1,000 came in a second.</param>
internal sealed record EventList(IReadOnlyList<SinkEvent> Events, long LastId, long Sampled);

/// <summary>Something that happened. Which members there are depends on the kind; what has no value is left out.</summary>
/// <param name="Id">Its number: they rise by one, and over restarts.</param>
/// <param name="At">When.</param>
/// <param name="Kind"><c>refusal</c>, <c>message</c>, <c>connection</c>, <c>override</c>, <c>reload</c>, <c>schedule</c> or <c>sampled</c>.</param>
/// <param name="Client">The client's IP address.</param>
/// <param name="User">The name that it authenticated as.</param>
/// <param name="Connection">The connection's number, as in the log.</param>
/// <param name="Listener">Of a connection: where it came in.</param>
/// <param name="Reason">Of a connection: why it ended, as in <c>smartsink_connections_closed_total</c>.</param>
/// <param name="Messages">Of a connection: how many messages it brought.</param>
/// <param name="Transaction">The transaction's id, as in the log and in the reply at end of data.</param>
/// <param name="Stage">Of a refusal: connect, ehlo, mail, rcpt or data.</param>
/// <param name="Sender">The reverse-path; empty for the null sender.</param>
/// <param name="Recipient">Of a refusal: the recipient; left out when a whole client or message was refused.</param>
/// <param name="Domain">Of a refusal: the policy's entry, as in the metrics.</param>
/// <param name="Outcome">accepted, tempfail or permfail.</param>
/// <param name="Code">The reply's code.</param>
/// <param name="Label">Of a refusal: why, in a word of the policy.</param>
/// <param name="Reply">Of a refusal: the reply's lines with a line feed between them, cut after 1,024 octets.</param>
/// <param name="RecipientCount">Of a message: how many recipients were accepted at RCPT.</param>
/// <param name="Size">Of a message: its octets.</param>
/// <param name="Milliseconds">Of a message: from MAIL to the reply at end of data.</param>
/// <param name="Recipients">Of a message: the first 20 recipients that were accepted at RCPT, and what became of them.</param>
/// <param name="Action">Of an override: added, ended or removed; of a schedule: began or ended.</param>
/// <param name="OverrideId">Of an override: its id.</param>
/// <param name="Name">Of an override or schedule its name; of a reload what was read.</param>
/// <param name="Result">Of a reload: applied, rejected or unchanged.</param>
/// <param name="Diagnostics">Of a reload: the first 20 mistakes and warnings.</param>
/// <param name="LeftOut">Of sampled: how many events were left out.</param>
internal sealed record SinkEvent(
    long Id,
    DateTimeOffset At,
    string Kind,
    string? Client = null,
    string? User = null,
    long? Connection = null,
    string? Listener = null,
    string? Reason = null,
    int? Messages = null,
    string? Transaction = null,
    string? Stage = null,
    string? Sender = null,
    string? Recipient = null,
    string? Domain = null,
    string? Outcome = null,
    int? Code = null,
    string? Label = null,
    string? Reply = null,
    int? RecipientCount = null,
    long? Size = null,
    long? Milliseconds = null,
    IReadOnlyList<EventRecipient>? Recipients = null,
    string? Action = null,
    string? OverrideId = null,
    string? Name = null,
    string? Result = null,
    IReadOnlyList<string>? Diagnostics = null,
    long? LeftOut = null);

/// <summary>A recipient of a message.</summary>
/// <param name="Recipient">The mailbox.</param>
/// <param name="Domain">The policy's entry.</param>
/// <param name="Outcome">accepted, tempfail or permfail.</param>
internal sealed record EventRecipient(string Recipient, string Domain, string Outcome);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EventList))]
[JsonSerializable(typeof(MessageSampleList))]
internal sealed partial class EventsJson : JsonSerializerContext;
