using System.Diagnostics;
using SmartSink.Shared;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>Counts and times what becomes of a run.</summary>
/// <param name="fates">Where to keep what became of each message, too; null for nowhere.</param>
internal sealed class TrafficRecorder(MessageFates? fates = null) : ITrafficObserver
{
    private const int LeastRefusal = 400;
    private static readonly int Stages = Enum.GetValues<TrafficStage>().Length;
    private static readonly int Faults = Enum.GetValues<TrafficFault>().Length;
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly StripedCounters _counters = new(Enum.GetValues<Counter>().Length);
    private readonly StripedCounters _faults = new(Faults * Stages);
    private readonly AnswerCounters _answers = new();
    private readonly ReplyTexts _texts = new();
    private readonly LatencyRecorder[] _latencies = [.. Enumerable.Range(0, Stages).Select(_ => new LatencyRecorder())];

    private enum Counter
    {
        Connected,
        Disconnected,
        Accepted,
        Bytes,
        Refused,
        Retried,
        GivenUp,
        Left,
    }

    /// <summary>What became of each message; null unless it is kept.</summary>
    public MessageFates? Fates => fates;

    /// <summary>Why the run was ended as one that no further try could help; null when it was not.</summary>
    public string? Reason { get; private set; }

    public void Connected() => _counters.Add((int)Counter.Connected);

    public void Disconnected() => _counters.Add((int)Counter.Disconnected);

    public void Faulted(TrafficFault fault, TrafficStage stage) => _faults.Add(((int)fault * Stages) + (int)stage);

    public void Timed(TrafficStage stage, long ticks) => _latencies[(int)stage].Record((long)(ticks * NanosecondsPerTick));

    public void RecipientAnswered(int code, TrafficStage stage, int domain, ReadOnlySpan<byte> text)
    {
        _answers.Increment(new Answer(domain, stage, code));
        if (code >= LeastRefusal && stage != TrafficStage.Request)
        {
            _texts.Count(domain, code, text);
        }
    }

    public void MessageBegun(long number) => fates?.Begin(number);

    public void MessageAccepted(long number, long bytes)
    {
        fates?.Set(number, MessageFate.Accepted);
        _counters.Add((int)Counter.Accepted);
        _counters.Add((int)Counter.Bytes, bytes);
    }

    public void MessageRefused(long number)
    {
        fates?.Set(number, MessageFate.Refused);
        _counters.Add((int)Counter.Refused);
    }

    public void MessageRetried() => _counters.Add((int)Counter.Retried);

    public void MessageGivenUp(long number) => _counters.Add((int)Counter.GivenUp);

    public void MessageLeft(long number)
    {
        fates?.Set(number, MessageFate.Waiting);
        _counters.Add((int)Counter.Left);
    }

    public void Ended(string reason) => Reason = reason;

    /// <summary>What a stage took so far.</summary>
    public LatencySummary ReadLatency(TrafficStage stage) => _latencies[(int)stage].Read();

    /// <summary>The texts by which recipients were refused so far, by the index of their domain.</summary>
    public IReadOnlyDictionary<int, DomainTexts> ReadTexts() => _texts.Read();

    /// <summary>What was counted so far. Counters go on meanwhile: they need not fit each other to the last message.</summary>
    public TrafficCounts ReadCounts() => new()
    {
        ConnectionsMade = _counters.Read((int)Counter.Connected),
        ConnectionsEnded = _counters.Read((int)Counter.Disconnected),
        Accepted = _counters.Read((int)Counter.Accepted),
        Bytes = _counters.Read((int)Counter.Bytes),
        Refused = _counters.Read((int)Counter.Refused),
        Retried = _counters.Read((int)Counter.Retried),
        GivenUp = _counters.Read((int)Counter.GivenUp),
        Left = _counters.Read((int)Counter.Left),
        Answers = _answers.Read(),
        Faults = [.. ReadFaults()],
    };

    private IEnumerable<(TrafficFault Fault, TrafficStage Stage, long Count)> ReadFaults()
    {
        for (var cell = 0; cell < Faults * Stages; cell++)
        {
            if (_faults.Read(cell) is > 0 and var count)
            {
                yield return ((TrafficFault)(cell / Stages), (TrafficStage)(cell % Stages), count);
            }
        }
    }
}

internal sealed record TrafficCounts
{
    public required long ConnectionsMade { get; init; }

    /// <summary>Of these, those that have ended.</summary>
    public required long ConnectionsEnded { get; init; }

    /// <summary>Messages accepted for at least one recipient.</summary>
    public required long Accepted { get; init; }

    public required long Bytes { get; init; }
    public required long Refused { get; init; }

    /// <summary>Transactions lost to a fault whose message was tried again.</summary>
    public required long Retried { get; init; }

    public required long GivenUp { get; init; }

    /// <summary>Messages that waited to be tried again when the run ended.</summary>
    public long Left { get; init; }

    /// <summary>Recipients by what they were answered, in the order of domain, stage and code.</summary>
    public required IReadOnlyList<(Answer Answer, long Count)> Answers { get; init; }

    public required IReadOnlyList<(TrafficFault Fault, TrafficStage Stage, long Count)> Faults { get; init; }
    public RecipientCounts Recipients => Answers.Aggregate(default(RecipientCounts), (sum, pair) => sum + pair.Answer.Times(pair.Count));
}
