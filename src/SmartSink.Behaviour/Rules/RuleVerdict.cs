using SmartSink.Policy.Decisions;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// The combined verdict of all rules on one answer. Of two that set the same thing, the first applies; of delays, the longest; rates are
/// merged key by key. Once an override has decided, no later rule changes that.
/// </summary>
internal record struct RuleVerdict
{
    /// <summary>Whether the answer is decided: by <see cref="Reply"/>, or by acceptance if that is null.</summary>
    public bool IsDecided { get; set; }

    public PolicyReply? Reply { get; set; }

    /// <summary>The override that decided; null for none.</summary>
    public ActiveRule? OverriddenBy { get; set; }

    /// <summary>The rates to use in place of the entry's.</summary>
    public RateChange Rates { get; set; }

    /// <summary>
    /// Whether some of <see cref="Rates"/>, or <see cref="Overlay"/>, do not apply to the whole entry, so that they are not part of its expected shares.
    /// </summary>
    public bool HasRatesForSome { get; set; }

    /// <summary>What applies to the entry in place of its own configuration.</summary>
    public DomainOverlay? Overlay { get; set; }

    /// <summary>The delay of the reply at the stage in question, in milliseconds.</summary>
    public int Delay { get; set; }

    /// <summary>The delay of the reply at end of data, in milliseconds.</summary>
    public int EndDelay { get; set; }

    /// <summary>The fault of the reply at the stage in question.</summary>
    public AnswerFault Fault { get; set; }

    /// <summary>The fault of the reply at end of data.</summary>
    public AnswerFault EndFault { get; set; }

    /// <summary>Whether rules affect the end of data.</summary>
    public bool HasMoreAtEnd { get; set; }

    /// <summary>Whether deliveries must be counted, because replies to some are withheld.</summary>
    public bool WantsMessageId { get; set; }

    /// <summary>Whether an override that precedes a rule has decided.</summary>
    public readonly bool IsOverriddenBefore(ActiveRule rule) => OverriddenBy is { } by && by.Order < rule.Order;

    /// <summary>The answer when rules have decided.</summary>
    /// <param name="stage">The stage in question.</param>
    /// <param name="entry">The entry to put into the answer.</param>
    public readonly FilterAnswer AnswerAt(Stage stage, int entry) => new()
    {
        Reply = Reply?.Reply,
        ReplyStage = stage < Stage.Rcpt ? stage : Reply?.GivenAt ?? Stage.Rcpt,
        Entry = entry,
    };

    /// <summary>Adds the delays and faults of the rules to an answer, whoever gave it.</summary>
    public readonly FilterAnswer AddTo(in FilterAnswer answer) => answer with
    {
        Delay = Math.Max(Delay, answer.Delay),
        EndDelay = Math.Max(EndDelay, answer.EndDelay),
        Fault = Fault == AnswerFault.None ? answer.Fault : Fault,
        EndFault = EndFault == AnswerFault.None ? answer.EndFault : EndFault,
        WantsMessageId = WantsMessageId || answer.WantsMessageId,
    };
}
