using System.Net;
using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Policy.Decisions;

/// <summary>
/// A rule with a lifetime, looked at before the rates: whom it meets, when, how often, and what it does. <c>[[fault]]</c>,
/// <c>[[schedule]]</c> and <c>[[answers]]</c> are such rules.
/// </summary>
internal sealed record BehaviourRule
{
    /// <summary>As logs, metrics and explanations call it; never empty, unique in a policy.</summary>
    public required string Name { get; init; }

    public required RuleMatch Match { get; init; }

    public required RuleAction Action { get; init; }

    /// <summary>Always for a rule without a time.</summary>
    public RuleTime Time { get; init; } = RuleTime.Always;

    /// <summary>Whether its time counts from the overlay's beginning, and not from the sink's start.</summary>
    public bool IsOfOverlay { get; init; }

    /// <summary>Percent of those that it meets, more than 0 to 100.</summary>
    public double Share { get; init; } = 100;

    /// <summary>How often it acts before it is used up; null for ever.</summary>
    public int? Times { get; init; }
}

/// <summary>Whom a rule meets. What is empty or null leaves all in.</summary>
internal sealed record RuleMatch
{
    /// <summary>Names and patterns of recipients' domains, without the domain suffix; one of them has to fit.</summary>
    public IReadOnlyList<DomainKey> Domains { get; init; } = [];

    /// <summary>A mailbox in which <c>*</c> stands for any characters; without case.</summary>
    public string? Recipient { get; init; }

    /// <summary>Likewise; the null sender is empty.</summary>
    public string? Sender { get; init; }

    public IPNetwork? Client { get; init; }

    /// <summary>The stage at which it acts; null for RCPT, or where its action belongs.</summary>
    public Stage? Stage { get; init; }
}

/// <summary>What a rule does, which is one of these; with none of them it accepts, whatever the rates and limits say.</summary>
internal sealed record RuleAction
{
    /// <summary>Something goes wrong.</summary>
    public AnswerFault Fault { get; init; }

    /// <summary>A reply.</summary>
    public PolicyReply? Reply { get; init; }

    /// <summary>Other rates.</summary>
    public RateChange Rates { get; init; }

    /// <summary>A longer time to the reply.</summary>
    public Delay Delay { get; init; }

    /// <summary>The replies to one try after the other of the same client network, sender and recipient; null in it is acceptance. The last one stays.</summary>
    public IReadOnlyList<PolicyReply?>? Sequence { get; init; }

    /// <summary>
    /// <c>set</c>: keys of <c>[domain]</c> over those of the entry: what then holds for each entry that the match meets. Frozen with the snapshot.
    /// </summary>
    public IReadOnlyDictionary<int, DomainOverlay>? Set { get; init; }
}

/// <summary>What holds for an entry in place of its own.</summary>
internal sealed record DomainOverlay(DomainRules Rules, ProviderBehaviour? Provider);
