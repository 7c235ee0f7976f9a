using SmartSink.Behaviour.Events;
using SmartSink.Policy.Decisions;

namespace SmartSink.Behaviour.State;

/// <summary>
/// What providers remember about senders. Each call is atomic, as it would have to be in a store shared by several sinks: no caller reads,
/// decides and then writes. Times are milliseconds of the providers' time (<see cref="ScaledClock"/>). Thread-safe.
/// </summary>
internal interface ISenderMemory
{
    /// <summary>A hint that a key will be asked for soon, so that its memory can be prefetched.</summary>
    void Expect(StateKey key);

    /// <summary>
    /// Judges a try of a recipient, or a client's greeting: checks every limit of each owner, and takes from all buckets or from none.
    /// </summary>
    Admission Admit(in SenderKeys owners, SenderLimits limits, in SenderTry attempt, long now);

    /// <summary>Counts a permanent refusal of a recipient that was let through.</summary>
    void CountPermFail(in SenderKeys owners, SenderLimits limits, long now);

    /// <summary>A connection that <see cref="Admit"/> counted has ended.</summary>
    void Disconnect(StateKey network);

    /// <summary>Judges a try by a greylist.</summary>
    GreylistResult Greylist(StateKey key, GreylistRule rule, long now);

    /// <summary>The next number of a sequence: how often this was called for a key before; 0 the first time.</summary>
    int Next(StateKey key, long now);

    /// <summary>What is remembered about an owner; null when nothing still counts.</summary>
    SenderRecord? Recall(StateKey owner, SenderLimits limits, long now);

    /// <summary>What a greylist remembers; null when nothing still counts.</summary>
    GreylistRecord? RecallGreylist(StateKey key, long now);
}
