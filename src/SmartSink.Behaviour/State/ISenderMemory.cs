using SmartSink.Behaviour.Events;
using SmartSink.Policy.Decisions;

namespace SmartSink.Behaviour.State;

/// <summary>
/// What providers remember of senders. Each call is whole in itself, as it would be in a store that several sinks share: no caller reads,
/// decides and writes. Times are milliseconds of the providers' own time (<see cref="ScaledClock"/>). For any number of threads.
/// </summary>
internal interface ISenderMemory
{
    /// <summary>A key will be asked for soon: a hint, so that its memory is on its way meanwhile.</summary>
    void Expect(StateKey key);

    /// <summary>A try of a recipient, or a client's greeting: looks at every limit of each owner, and takes from all or from none.</summary>
    Admission Admit(in SenderKeys owners, SenderLimits limits, in SenderTry attempt, long now);

    /// <summary>A recipient that was let through got a permanent refusal.</summary>
    void CountPermFail(in SenderKeys owners, SenderLimits limits, long now);

    /// <summary>A connection that <see cref="Admit"/> counted has ended.</summary>
    void Disconnect(StateKey network);

    /// <summary>What a greylist says of a try.</summary>
    GreylistResult Greylist(StateKey key, GreylistRule rule, long now);

    /// <summary>The next of a sequence: how often this was called for a key before; 0 for the first time.</summary>
    int Next(StateKey key, long now);

    /// <summary>What is known of an owner; null for nothing that still counts.</summary>
    SenderRecord? Recall(StateKey owner, SenderLimits limits, long now);

    /// <summary>What a greylist knows; null for nothing that still counts.</summary>
    GreylistRecord? RecallGreylist(StateKey key, long now);
}
