using System.Text.Json.Serialization;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>What a run came to: the JSON file, and what the text at the end is made of. Times of stages are milliseconds.</summary>
internal sealed record TrafficReport
{
    /// <summary>The run's id, as in its messages.</summary>
    public required string RunId { get; init; }

    public required string Target { get; init; }

    /// <summary>The most connections at once that were asked for.</summary>
    public required int Concurrency { get; init; }

    /// <summary>What the run's draws began with.</summary>
    public required ulong Seed { get; init; }

    public required DateTimeOffset Started { get; init; }
    public required double Seconds { get; init; }

    /// <summary>How it ended: <c>complete</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string End { get; init; }

    /// <summary>Why no further try could have helped: what the server does not offer, or has refused. Null when that did not end the run.</summary>
    public string? Reason { get; init; }

    /// <summary>Messages by what became of them.</summary>
    public required MessageTotals Messages { get; init; }

    public required RateFigures Rate { get; init; }
    public required long Bytes { get; init; }

    /// <summary>Recipients by outcome, over all domains.</summary>
    public required OutcomeTotals Recipients { get; init; }

    /// <summary>Recipients by the answer's stage and code.</summary>
    public required IReadOnlyList<AnswerTotal> Answers { get; init; }

    public required IReadOnlyList<DomainTotal> Domains { get; init; }
    public required long Connections { get; init; }

    /// <summary>Connections that failed, by why and where.</summary>
    public required IReadOnlyList<FaultTotal> Faults { get; init; }

    /// <summary>What each stage took; those that never happened are left out.</summary>
    public required IReadOnlyList<LatencyFigures> Latency { get; init; }

    public IReadOnlyList<ConditionResult> FailIf { get; init; } = [];

    /// <summary>The comparison with the sink; null without --verify.</summary>
    public VerifyReport? Verify { get; init; }

    public int ExitCode { get; init; }
}

/// <summary>Messages by what became of them.</summary>
/// <param name="Accepted">Accepted for at least one recipient.</param>
/// <param name="Refused">Refused for all.</param>
/// <param name="GivenUp">Lost to a fault of the connection.</param>
/// <param name="Retried">Tries lost to a fault after which the message was tried again.</param>
/// <param name="NotBegun">Due by the rate profile, but no connection was free for them before the run's end.</param>
/// <param name="Left">Waited to be tried again when the run ended; only a run that behaves well has a queue.</param>
internal sealed record MessageTotals(long Accepted, long Refused, long GivenUp, long Retried, long NotBegun = 0, long Left = 0);

/// <summary>A rate of messages.</summary>
/// <param name="PerSecond">In a second.</param>
/// <param name="PerMinute">In a minute.</param>
/// <param name="PerHour">In an hour; in millions it is the MMH that the field quotes.</param>
internal sealed record RateFigures(double PerSecond, double PerMinute, double PerHour)
{
    /// <summary>The rate of so many in a time; 0 in no time.</summary>
    public static RateFigures Of(long count, TimeSpan time)
    {
        var perSecond = time > TimeSpan.Zero ? count / time.TotalSeconds : 0;
        return new RateFigures(Math.Round(perSecond, 3), Math.Round(perSecond * 60, 3), Math.Round(perSecond * 3600, 3));
    }
}

/// <summary>Recipients by outcome.</summary>
/// <param name="Accepted">2yz.</param>
/// <param name="Tempfail">4yz.</param>
/// <param name="Permfail">5yz.</param>
internal sealed record OutcomeTotals(long Accepted, long Tempfail, long Permfail)
{
    public static OutcomeTotals Of(RecipientCounts counts) => new(counts.Accepted, counts.TempFailed, counts.PermFailed);
}

/// <summary>Recipients that were answered the same.</summary>
/// <param name="Stage">At which command.</param>
/// <param name="Code">The reply's code.</param>
/// <param name="Recipients">How many.</param>
internal sealed record AnswerTotal(string Stage, int Code, long Recipients);

/// <summary>What became of a domain's recipients.</summary>
/// <param name="Domain">Without the suffix.</param>
/// <param name="Recipients">By outcome.</param>
/// <param name="Answers">By stage and code.</param>
/// <param name="Replies">The most frequent texts by which they were refused, at most five.</param>
/// <param name="OtherReplies">Recipients that were refused by other texts.</param>
internal sealed record DomainTotal(
    string Domain, OutcomeTotals Recipients, IReadOnlyList<AnswerTotal> Answers, IReadOnlyList<ReplyTotal> Replies, long OtherReplies);

/// <summary>Recipients that were refused by the same text, what the server fills in aside.</summary>
/// <param name="Code">The reply's code.</param>
/// <param name="Text">The first such text, its enhanced code with it and a LF between its lines; at most 512 bytes of it.</param>
/// <param name="Recipients">How many.</param>
internal sealed record ReplyTotal(int Code, string Text, long Recipients);

/// <summary>Connections that failed the same way.</summary>
/// <param name="Fault">Why.</param>
/// <param name="Stage">Where.</param>
/// <param name="Count">How many.</param>
internal sealed record FaultTotal(string Fault, string Stage, long Count);

/// <summary>What a stage took, in milliseconds. Least, mean and most are exact, percentiles at most 0.8 % off.</summary>
internal sealed record LatencyFigures
{
    public required string Stage { get; init; }
    public required long Count { get; init; }
    public required double Min { get; init; }
    public required double Mean { get; init; }
    public required double P50 { get; init; }
    public required double P75 { get; init; }
    public required double P90 { get; init; }
    public required double P95 { get; init; }
    public required double P99 { get; init; }

    [JsonPropertyName("p99.9")]
    public required double P999 { get; init; }
    public required double Max { get; init; }

    public static LatencyFigures Of(TrafficStage stage, LatencySummary summary) => new()
    {
        Stage = Words.For(stage),
        Count = summary.Count,
        Min = summary.Least.TotalMilliseconds,
        Mean = summary.Mean.TotalMilliseconds,
        P50 = summary.Percentile(50).TotalMilliseconds,
        P75 = summary.Percentile(75).TotalMilliseconds,
        P90 = summary.Percentile(90).TotalMilliseconds,
        P95 = summary.Percentile(95).TotalMilliseconds,
        P99 = summary.Percentile(99).TotalMilliseconds,
        P999 = summary.Percentile(99.9).TotalMilliseconds,
        Max = summary.Most.TotalMilliseconds,
    };
}

/// <summary>What became of a condition of --fail-if.</summary>
/// <param name="Condition">As it was given.</param>
/// <param name="Actual">The figure: milliseconds, messages a second, percent, or a count.</param>
/// <param name="Holds">Whether the run fails for it.</param>
internal sealed record ConditionResult(string Condition, double Actual, bool Holds);

/// <summary>The comparison of what was answered here with what the sink counted.</summary>
/// <param name="Sinks">The sinks whose counts are summed.</param>
/// <param name="Relayed">Whether an MTA stood between.</param>
/// <param name="Agrees">Whether both sides agree.</param>
/// <param name="Missing">
/// Recipients answered here that the sinks have not counted with that outcome; when relayed, those accepted by the target that the sinks have
/// neither taken nor refused for good.
/// </param>
/// <param name="Extra">Recipients that the sinks have counted beyond those.</param>
/// <param name="Unanswered">Transactions that ended without an answer: what the sinks counted of them is not known here.</param>
/// <param name="Groups">By label of the sinks; none when one of them could not be read.</param>
internal sealed record VerifyReport(
    IReadOnlyList<VerifiedSink> Sinks,
    bool Relayed,
    bool Agrees,
    long Missing,
    long Extra,
    long Unanswered,
    IReadOnlyList<VerifyGroup> Groups)
{
    /// <summary>The comparison by number; null when the sinks' ledgers could not be asked.</summary>
    public VerifyNumbers? Numbers { get; init; }

    /// <summary>Why the numbers were not compared, with what to do; a line for each sink. Null when they were, or cannot be.</summary>
    public string? NumbersProblem { get; init; }

    /// <summary>How late the run's messages came to the sinks; null when that is not known.</summary>
    public VerifyTimes? Times { get; init; }

    /// <summary>Why it is not, in a line; null when it is, or cannot be.</summary>
    public string? TimesProblem { get; init; }

    /// <summary>Whether the numbers alone decide: then the counts are told for themselves.</summary>
    [JsonIgnore]
    public bool IsByNumber { get; init; }

    /// <summary>Whether every sink could be read, so that the sums can be compared.</summary>
    [JsonIgnore]
    public bool IsWhole => Sinks.All(sink => sink.Problem is null);
}

/// <summary>A run's messages beside what the sinks' ledgers say of them, by number.</summary>
/// <param name="Accepted">Messages that were accepted here.</param>
/// <param name="Lost">Accepted here, and the sinks have no answer to them.</param>
/// <param name="Twice">Accepted by the sinks more than once, without an excuse.</param>
/// <param name="Excused">The same, after a reply that the sink lost on purpose.</param>
/// <param name="WronglyBounced">Refused here, or returned by the target, though a sink accepted them or none had refused them.</param>
/// <param name="Waiting">Accepted by the target, and refused by the sinks for now the last time that they came.</param>
/// <param name="Unheard">Accepted by the sinks, of which this side has had no good answer.</param>
/// <param name="Partial">Whether a ledger has forgotten something of the run: then nothing can be told to be lost.</param>
/// <param name="Agrees">Whether nothing is lost, came twice without an excuse, was wrongly bounced or waits.</param>
internal sealed record VerifyNumbers(
    long Accepted, NumberList Lost, NumberList Twice, NumberList Excused, NumberList WronglyBounced, NumberList Waiting, NumberList Unheard, bool Partial, bool Agrees);

/// <summary>How long after a run's messages were sent for the first time the sinks accepted them. All lengths are milliseconds.</summary>
/// <param name="Count">Messages of which both moments are known.</param>
/// <param name="Late">Those that took longer than <paramref name="Limit"/>.</param>
/// <param name="Limit">What --late says, or its default.</param>
/// <param name="P50">The median.</param>
/// <param name="P99">Within which 99 % of them came.</param>
/// <param name="Max">The last of all.</param>
/// <param name="ClockDifference">How far the sink's clock is ahead of this one; it has been taken off. Of several sinks, that of which it is known worst.</param>
/// <param name="ClockError">By how much that may be wrong, and with it the lengths.</param>
internal sealed record VerifyTimes(
    long Count, NumberList Late, double Limit, double P50, double P99, double Max, double ClockDifference, double ClockError);

/// <summary>Numbers of messages, in their order.</summary>
internal sealed class NumberList
{
    /// <summary>The most ranges that are kept; the count goes on.</summary>
    private const int MostRanges = 10_000;

    private readonly List<(long First, long Last)> _ranges = [];

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Which: <c>0-99</c>, <c>101</c>.</summary>
    public IReadOnlyList<string> Numbers => [.. _ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}")];

    /// <summary>The first of them.</summary>
    public IEnumerable<long> First(int most) =>
        _ranges.SelectMany(range => Enumerable.Range(0, (int)Math.Min(range.Last - range.First + 1, most)).Select(index => range.First + index)).Take(most);

    /// <summary>Adds the next number, if it is one.</summary>
    public void Add(long number, bool isOne)
    {
        if (!isOne)
        {
            return;
        }

        Count++;
        if (_ranges.Count > 0 && _ranges[^1].Last == number - 1)
        {
            _ranges[^1] = (_ranges[^1].First, number);
        }
        else if (_ranges.Count < MostRanges)
        {
            _ranges.Add((number, number));
        }
    }
}

/// <summary>One of the sinks.</summary>
/// <param name="Sink">Its HTTP address.</param>
/// <param name="Problem">Why its counts are of no use, with the page; null when they are.</param>
/// <param name="Started">When its process started, in Unix seconds; null when it does not say.</param>
/// <param name="Recipients">What it counted during the run; null with a problem.</param>
internal sealed record VerifiedSink(Uri Sink, string? Problem, double? Started, OutcomeTotals? Recipients);

/// <summary>Recipients that the sink counts under one label.</summary>
/// <param name="Label">The label: a domain or pattern of the sink's policy, or <c>other</c>.</param>
/// <param name="Domains">The domains of this run that count there; none when only others sent to it.</param>
/// <param name="Sent">What they were answered.</param>
/// <param name="Sink">What the sinks counted.</param>
/// <param name="Agrees">Whether both sides agree.</param>
internal sealed record VerifyGroup(string Label, IReadOnlyList<string> Domains, OutcomeTotals Sent, OutcomeTotals Sink, bool Agrees);

/// <summary>Writes reports as JSON: snake case, indented, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(TrafficReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
