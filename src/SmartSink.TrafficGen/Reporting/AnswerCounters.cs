using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SmartSink.Shared;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>
/// Recipients by what they were answered. Only what happens takes room; after the first of its kind an answer costs a look-up without
/// a lock and an addition in the thread's own lane.
/// </summary>
internal sealed class AnswerCounters
{
    private readonly ConcurrentDictionary<Answer, StrongBox<long>>[] _lanes =
        [.. Enumerable.Range(0, Stripe.Count).Select(_ => new ConcurrentDictionary<Answer, StrongBox<long>>())];

    public void Increment(Answer answer) =>
        Interlocked.Increment(ref _lanes[Stripe.Index].GetOrAdd(answer, static _ => new StrongBox<long>()).Value);

    /// <summary>All that happened, in the order of domain, stage and code.</summary>
    public IReadOnlyList<(Answer Answer, long Count)> Read() =>
    [
        .. _lanes.SelectMany(lane => lane)
            .GroupBy(pair => pair.Key)
            .Select(same => (Answer: same.Key, Count: same.Sum(pair => Volatile.Read(ref pair.Value.Value))))
            .OrderBy(pair => pair.Answer.Domain).ThenBy(pair => pair.Answer.Stage).ThenBy(pair => pair.Answer.Code),
    ];
}

/// <summary>What a recipient can be answered.</summary>
/// <param name="Domain">The index of the recipient's domain.</param>
/// <param name="Stage">At which command.</param>
/// <param name="Code">The reply's code.</param>
internal readonly record struct Answer(int Domain, TrafficStage Stage, int Code)
{
    public RecipientCounts Times(long count) => (Code / 100) switch
    {
        2 => new RecipientCounts(count, 0, 0),
        4 => new RecipientCounts(0, count, 0),
        _ => new RecipientCounts(0, 0, count),
    };
}

/// <summary>Recipients by outcome.</summary>
/// <param name="Accepted">Taken: 2yz at end of data.</param>
/// <param name="TempFailed">Refused for now, 4yz, at RCPT or at end of data.</param>
/// <param name="PermFailed">Refused for good, 5yz, at RCPT or at end of data.</param>
internal readonly record struct RecipientCounts(long Accepted, long TempFailed, long PermFailed)
{
    public long Total => Accepted + TempFailed + PermFailed;

    public static RecipientCounts operator +(RecipientCounts left, RecipientCounts right) =>
        new(left.Accepted + right.Accepted, left.TempFailed + right.TempFailed, left.PermFailed + right.PermFailed);

    public static RecipientCounts operator -(RecipientCounts left, RecipientCounts right) =>
        new(left.Accepted - right.Accepted, left.TempFailed - right.TempFailed, left.PermFailed - right.PermFailed);
}
