using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SmartSink.Shared;

namespace SmartSink.TrafficGen.Reporting;

/// <summary>
/// Recipients by what they were answered. Only what happens takes room; after the first of its kind an answer costs a look-up without
/// a lock and an addition in the thread's own lane.
/// </summary>
internal sealed class AnswerCounters
{
    private readonly ConcurrentDictionary<Answer, StrongBox<long>>[] _lanes =
        [.. Enumerable.Range(0, Stripe.Count).Select(_ => new ConcurrentDictionary<Answer, StrongBox<long>>())];

    /// <summary>Counts one recipient.</summary>
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
