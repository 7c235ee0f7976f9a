using System.Text.Json;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>Makes the report of a run.</summary>
internal static class ReportBuilder
{
    private const int MostReplies = 5;

    /// <summary>Sums up a run that has ended.</summary>
    public static TrafficReport Build(TrafficOptions options, TrafficRecorder recorder, TrafficEnd end, DateTimeOffset started, TimeSpan time)
    {
        var counts = recorder.ReadCounts();
        return new TrafficReport
        {
            RunId = options.RunId,
            Target = options.Destination,
            Concurrency = options.Concurrency,
            Seed = options.Seed,
            Started = started,
            Seconds = Math.Round(time.TotalSeconds, 3),
            End = Words.For(end),
            Reason = recorder.Reason,
            Messages = new MessageTotals(counts.Accepted, counts.Refused, counts.GivenUp, counts.Retried, end == TrafficEnd.Complete ? NotBegun(options, counts) : 0, counts.Left),
            Rate = RateFigures.Of(counts.Accepted, time),
            Bytes = counts.Bytes,
            Recipients = OutcomeTotals.Of(counts.Recipients),
            Answers = Answers(counts.Answers),
            Domains = [.. Domains(options.Domains, counts.Answers, recorder.ReadTexts())],
            Connections = counts.ConnectionsMade,
            Faults = [.. counts.Faults.Select(fault => new FaultTotal(Words.For(fault.Fault), Words.For(fault.Stage), fault.Count))],
            Latency =
            [
                .. Enum.GetValues<TrafficStage>()
                    .Select(stage => LatencyFigures.Of(stage, recorder.ReadLatency(stage)))
                    .Where(figures => figures.Count > 0),
            ],
        };
    }

    private static long NotBegun(TrafficOptions options, TrafficCounts counts)
    {
        if (options.RateProfile.Count == 0)
        {
            return 0;
        }

        var profile = new RateProfile(options.RateProfile, 0, TimeSpan.TicksPerSecond);
        var due = Math.Min(profile.DueBefore(options.Duration?.Ticks ?? long.MaxValue), options.MessageCount ?? long.MaxValue);
        return Math.Max(due - counts.Accepted - counts.Refused - counts.GivenUp - counts.Left, 0);
    }

    private static IEnumerable<DomainTotal> Domains(
        IReadOnlyList<WeightedDomain> domains, IReadOnlyList<(Answer Answer, long Count)> answers, IReadOnlyDictionary<int, DomainTexts> texts) =>
        from pair in answers
        group pair by pair.Answer.Domain into same
        let replies = texts.GetValueOrDefault(same.Key, DomainTexts.None)
        select new DomainTotal(
            domains[same.Key].Name,
            OutcomeTotals.Of(same.Aggregate(default(RecipientCounts), (sum, pair) => sum + pair.Answer.Times(pair.Count))),
            Answers([.. same]),
            [.. replies.Kinds.Take(MostReplies)],
            replies.Others + replies.Kinds.Skip(MostReplies).Sum(reply => reply.Recipients));

    private static IReadOnlyList<AnswerTotal> Answers(IReadOnlyList<(Answer Answer, long Count)> answers) =>
    [
        .. answers.GroupBy(pair => (pair.Answer.Stage, pair.Answer.Code))
            .OrderBy(same => same.Key)
            .Select(same => new AnswerTotal(Words.For(same.Key.Stage), same.Key.Code, same.Sum(pair => pair.Count))),
    ];
}

/// <summary>The words of the report, in snake case.</summary>
internal static class Words
{
    private static readonly string[] Stages = [.. Enum.GetNames<TrafficStage>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
    private static readonly string[] Faults = [.. Enum.GetNames<TrafficFault>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
    private static readonly string[] Ends = [.. Enum.GetNames<TrafficEnd>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>The word for how a run ended.</summary>
    public static string For(TrafficEnd end) => Ends[(int)end];

    public static string For(TrafficStage stage) => Stages[(int)stage];
    public static string For(TrafficFault fault) => Faults[(int)fault];
}
