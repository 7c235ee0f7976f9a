using SmartSink.Policy.Decisions;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Events;

/// <summary>What providers do to senders, as it happens, for counting. Called on the transport's thread: it must not block.</summary>
public interface IBehaviourObserver
{
    /// <summary>A recipient or client was refused by a limit.</summary>
    /// <param name="filter">The revision to which <paramref name="entry"/> refers.</param>
    /// <param name="entry">The entry that has the limit.</param>
    /// <param name="limit">The limit.</param>
    void LimitHit(IMailboxFilter filter, int entry, ProviderLimit limit);

    /// <summary>A greylist was asked about a recipient.</summary>
    void Greylisted(IMailboxFilter filter, int entry, GreylistResult result);

    /// <summary>A fault was drawn for an answer.</summary>
    void FaultDrawn(AnswerFault fault);

    /// <summary>An answer is delayed.</summary>
    /// <param name="milliseconds">By how much, more than 0.</param>
    void Delayed(int milliseconds);

    /// <summary>A new revision of the policy takes effect.</summary>
    void RevisionBegan();

    /// <summary>A schedule of the policy begins.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ends">When it ends; null for never.</param>
    void ScheduleBegan(string name, DateTimeOffset? ends);

    /// <summary>A schedule of the policy has ended, or was removed from the policy.</summary>
    void ScheduleEnded(string name);

    /// <summary>An override was added. This call and the later ones about the same override are made one after another.</summary>
    /// <param name="rule">The override.</param>
    /// <param name="ends">When it ends at the latest.</param>
    void OverrideAdded(OverrideNotice rule, DateTimeOffset ends);

    /// <summary>An override has expired, or has acted as often as it may.</summary>
    void OverrideEnded(OverrideNotice rule);

    /// <summary>An override was removed.</summary>
    void OverrideRemoved(OverrideNotice rule);

    /// <summary>A message was accepted again for a recipient.</summary>
    /// <param name="filter">The revision to which the entry refers.</param>
    /// <param name="delivery">The message and the recipient; valid only during the call.</param>
    void DuplicateAccepted(IMailboxFilter filter, in DeliveryFacts delivery);
}

/// <summary>An override that was added, or has ended.</summary>
/// <param name="Id">Its unique id.</param>
/// <param name="Name">The name given by whoever added it, or else what it does.</param>
/// <param name="Acted">How often it has acted.</param>
public readonly record struct OverrideNotice(string Id, string Name, long Acted);

/// <summary>A greylist's verdict on a try.</summary>
public enum GreylistResult : byte
{
    /// <summary>The first try of its client network, sender and recipient, or the first after the window had closed: refused.</summary>
    First,

    /// <summary>Before the wait was over: refused.</summary>
    TooEarly,

    /// <summary>Within the window: accepted, like all later ones.</summary>
    Passed,

    /// <summary>Passed before: accepted.</summary>
    Known,
}
