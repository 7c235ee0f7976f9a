using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Events;

/// <summary>What providers do to senders, as it happens, for counting. Called on the transport's thread: it must not block.</summary>
public interface IBehaviourObserver
{
    /// <summary>A recipient or client was refused by a limit.</summary>
    /// <param name="filter">The revision that names <paramref name="entry"/>.</param>
    /// <param name="entry">Whose limit.</param>
    /// <param name="limit">Which one.</param>
    void LimitHit(IMailboxFilter filter, int entry, ProviderLimit limit);

    /// <summary>A greylist was asked about a recipient.</summary>
    void Greylisted(IMailboxFilter filter, int entry, GreylistResult result);

    /// <summary>A fault was drawn for an answer.</summary>
    void FaultDrawn(AnswerFault fault);

    /// <summary>An answer waits.</summary>
    /// <param name="milliseconds">How long, more than 0.</param>
    void Delayed(int milliseconds);
}

/// <summary>What a greylist says of a try.</summary>
public enum GreylistResult : byte
{
    /// <summary>The first of its client network, sender and recipient, or the first after the window was over: refused.</summary>
    First,

    /// <summary>Before the wait was over: refused.</summary>
    TooEarly,

    /// <summary>Within the window: accepted, and all after it.</summary>
    Passed,

    /// <summary>Passed before: accepted.</summary>
    Known,
}
