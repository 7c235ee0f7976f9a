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

    /// <summary>Another revision of the policy is in force from now on.</summary>
    void RevisionBegan();

    /// <summary>A schedule of the policy holds from now on.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ends">When it ceases to; null for never.</param>
    void ScheduleBegan(string name, DateTimeOffset? ends);

    /// <summary>A schedule of the policy no longer holds, or is no longer in the policy.</summary>
    void ScheduleEnded(string name);

    /// <summary>An override was added. This and what becomes of it is told one after the other.</summary>
    /// <param name="rule">Which.</param>
    /// <param name="ends">When it goes at the latest.</param>
    void OverrideAdded(OverrideNotice rule, DateTimeOffset ends);

    /// <summary>An override's time is over, or it has acted as often as it may.</summary>
    void OverrideEnded(OverrideNotice rule);

    /// <summary>An override was taken back.</summary>
    void OverrideRemoved(OverrideNotice rule);

    /// <summary>A message was accepted again for a recipient.</summary>
    /// <param name="filter">The revision that names the entry.</param>
    /// <param name="delivery">The message and the recipient; valid only during the call.</param>
    void DuplicateAccepted(IMailboxFilter filter, in DeliveryFacts delivery);
}

/// <summary>An override that comes or goes.</summary>
/// <param name="Id">By which it is known; another for each.</param>
/// <param name="Name">Given by who added it, or else what it does.</param>
/// <param name="Acted">How often it has acted.</param>
public readonly record struct OverrideNotice(string Id, string Name, long Acted);

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
