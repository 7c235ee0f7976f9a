using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Verifying;

/// <summary>Asks a sink's ledger for a run's messages by their numbers.</summary>
/// <param name="client">Sends the requests; not disposed of here.</param>
/// <param name="page">The ledger's address, <c>/api/v1/ledger</c>.</param>
internal sealed class LedgerPage(HttpClient client, Uri page)
{
    /// <summary>The most times that a sink tells in one answer.</summary>
    public const int MostTimes = 100_000;

    /// <summary>Why the ledger cannot be asked, in a line that says what to do; null when it can.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(page, cancellation);
            return answer.StatusCode == HttpStatusCode.NotFound ? $"{page}: the sink has no ledger, or SINK_API is off"
                : !answer.IsSuccessStatusCode ? await ProblemAsync(answer, cancellation)
                : JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellation), LedgerJson.Default.LedgerState)!.On ? null
                : $"{page}: the ledger is off; turn it on before a run, with SINK_LEDGER=on or smartsink ledger on";
        }
        catch (Exception exception) when (IsProblem(exception, cancellation))
        {
            return $"{page}: {exception.Message}";
        }
    }

    /// <summary>What came of a run; nothing when the ledger knows no such run.</summary>
    public async Task<(LedgerRun? Run, string? Problem)> TryReadAsync(string run, CancellationToken cancellation)
    {
        var (found, problem) = await TryReadAsync(new Uri($"{page}/runs/{run}"), LedgerJson.Default.LedgerRun, cancellation);
        return (found ?? (problem is null ? new LedgerRun() : null), problem);
    }

    /// <summary>When messages of a run came; neither that nor a problem when the ledger knows no such run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="from">The first number.</param>
    /// <param name="count">How many numbers, at most <see cref="MostTimes"/>.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public Task<(LedgerTimes? Times, string? Problem)> TryReadTimesAsync(string run, long from, int count, CancellationToken cancellation) =>
        TryReadAsync(new Uri($"{page}/runs/{run}/times?from={from}&count={count}"), LedgerJson.Default.LedgerTimes, cancellation);

    private async Task<(T? Found, string? Problem)> TryReadAsync<T>(Uri address, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            using var answer = await client.GetAsync(address, cancellation);
            return answer.StatusCode == HttpStatusCode.NotFound ? (null, null)
                : !answer.IsSuccessStatusCode ? (null, await ProblemAsync(answer, cancellation))
                : (JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellation), type), null);
        }
        catch (Exception exception) when (IsProblem(exception, cancellation))
        {
            return (null, $"{address}: {exception.Message}");
        }
    }

    private static bool IsProblem(Exception exception, CancellationToken cancellation) =>
        exception is HttpRequestException or JsonException or FormatException || (exception is TaskCanceledException && !cancellation.IsCancellationRequested);

    private async Task<string> ProblemAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        try
        {
            return $"{page}: {JsonSerializer.Deserialize(body, LedgerJson.Default.LedgerProblem)?.Detail ?? answer.ReasonPhrase}";
        }
        catch (JsonException)
        {
            return $"{page}: {(int)answer.StatusCode} {answer.ReasonPhrase}";
        }
    }
}

/// <summary>Whether a ledger is on.</summary>
internal sealed record LedgerState([property: JsonRequired] bool On);

/// <summary>Why a request was refused.</summary>
internal sealed record LedgerProblem(string? Detail);

/// <summary>What a ledger says of a run; ranges of numbers are sorted: <c>0-99</c>, <c>101</c>.</summary>
internal sealed record LedgerRun
{
    // With init, the reader would put null where a key is missing.


    /// <summary>Whether something was forgotten since the run began: what is missing proves nothing then.</summary>
    public bool Partial { get; set; }

    /// <summary>Of which a recipient was accepted.</summary>
    public IReadOnlyList<string> Accepted { get; set; } = [];

    /// <summary>Of which a recipient was refused for good, and none accepted.</summary>
    public IReadOnlyList<string> Refused { get; set; } = [];

    /// <summary>Of which a recipient was refused for now the last time that it came, and none accepted.</summary>
    public IReadOnlyList<string> Waiting { get; set; } = [];

    /// <summary>That came back from the null sender.</summary>
    public IReadOnlyList<string> Bounced { get; set; } = [];

    /// <summary>Of which a recipient was accepted more than once.</summary>
    public IReadOnlyList<LedgerDuplicate> Duplicates { get; set; } = [];
}

/// <summary>A message that was accepted more than once.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Times">How often a recipient of it was accepted again.</param>
/// <param name="Excused">How many of those followed a reply that the sink lost on purpose.</param>
internal sealed record LedgerDuplicate(long Number, int Times, int Excused);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LedgerState))]
[JsonSerializable(typeof(LedgerProblem))]
[JsonSerializable(typeof(LedgerRun))]
[JsonSerializable(typeof(LedgerTimes))]
internal sealed partial class LedgerJson : JsonSerializerContext;

/// <summary>Holds a run's messages against what the sinks' ledgers say of them, number by number.</summary>
internal static class NumberComparison
{
    /// <summary>Compares.</summary>
    /// <param name="fates">What the run knows of its messages.</param>
    /// <param name="ledgers">What each sink says of the run.</param>
    /// <param name="relayed">Whether an MTA stands between: what it accepted may be refused later, and come back.</param>
    /// <param name="single">Whether each message has one recipient, so that one that was accepted cannot rightly come back.</param>
    /// <exception cref="FormatException">A range is none.</exception>
    public static VerifyNumbers Compare(MessageFates fates, IReadOnlyList<LedgerRun> ledgers, bool relayed, bool single)
    {
        var accepted = ledgers.Select(ledger => new NumberCursor(ledger.Accepted)).ToArray();
        var refused = ledgers.Select(ledger => new NumberCursor(ledger.Refused)).ToArray();
        var waiting = ledgers.Select(ledger => new NumberCursor(ledger.Waiting)).ToArray();
        var bounced = ledgers.Select(ledger => new NumberCursor(ledger.Bounced)).ToArray();
        var again = ledgers.SelectMany(ledger => ledger.Duplicates).ToLookup(duplicate => duplicate.Number);
        var isPartial = ledgers.Any(ledger => ledger.Partial);
        NumberList lost = new(), twice = new(), excused = new(), wrong = new(), queued = new(), unheard = new();
        var sent = 0L;
        for (var number = 0L; number < fates.Count; number++)
        {
            var times = accepted.Count(set => set.Has(number));
            var isRefused = refused.Any(set => set.Has(number));
            var isWaiting = waiting.Any(set => set.Has(number));
            var isBounced = bounced.Any(set => set.Has(number));
            var fate = fates[number];
            sent += fate == MessageFate.Accepted ? 1 : 0;
            var isAnswered = times > 0 || (relayed && (isRefused || isWaiting));
            lost.Add(number, fate == MessageFate.Accepted && !isAnswered && !isBounced && !isPartial);
            queued.Add(number, relayed && fate == MessageFate.Accepted && times == 0 && !isRefused && isWaiting && !isBounced);
            unheard.Add(number, times > 0 && fate is MessageFate.Unknown or MessageFate.Waiting);
            wrong.Add(number, times > 0 ? fate == MessageFate.Refused || (isBounced && single) : isBounced && !isRefused && !isWaiting && !isPartial);
            var duplicates = again[number];
            var unexcused = duplicates.Sum(duplicate => duplicate.Times - duplicate.Excused) + Math.Max(times - 1, 0);
            twice.Add(number, unexcused > 0);
            excused.Add(number, unexcused == 0 && duplicates.Any());
        }

        return new VerifyNumbers(
            sent, lost, twice, excused, wrong, queued, unheard, isPartial,
            Agrees: lost.Count + twice.Count + wrong.Count + queued.Count == 0);
    }

    /// <summary>Sorted ranges, asked for one number after the other.</summary>
    private sealed class NumberCursor(IReadOnlyList<string> ranges)
    {
        private int _next;
        private long _first = -1;
        private long _last = -1;

        public bool Has(long number)
        {
            while (number > _last && _next < ranges.Count)
            {
                var range = ranges[_next++];
                var dash = range.IndexOf('-');
                _first = long.Parse(range.AsSpan(0, dash < 0 ? range.Length : dash), NumberStyles.None, CultureInfo.InvariantCulture);
                _last = dash < 0 ? _first : long.Parse(range.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            }

            return number >= _first && number <= _last;
        }
    }
}
