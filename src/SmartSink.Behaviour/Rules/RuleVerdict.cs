using SmartSink.Policy.Decisions;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;
using SmartSink.Smtp.Server;

namespace SmartSink.Behaviour.Rules;

/// <summary>
/// What all rules together say of one answer. Of two that say the same, the first one counts; of delays the longest; rates come together key by
/// key. What an override has decided, no rule behind it changes.
/// </summary>
internal record struct RuleVerdict
{
    /// <summary>Whether it is decided: by <see cref="Reply"/>, or without one by acceptance.</summary>
    public bool IsDecided { get; set; }

    public PolicyReply? Reply { get; set; }

    /// <summary>The override that has decided; null for none.</summary>
    public ActiveRule? OverriddenBy { get; set; }

    /// <summary>What holds in place of the rates.</summary>
    public RateChange Rates { get; set; }

    /// <summary>Whether some of <see cref="Rates"/> are not for all of the entry, so that they are not among what is expected of it.</summary>
    public bool HasRatesForSome { get; set; }

    /// <summary>What holds for the entry in place of its own.</summary>
    public DomainOverlay? Overlay { get; set; }

    /// <summary>Of the reply at the stage that was asked about, in milliseconds.</summary>
    public int Delay { get; set; }

    /// <summary>Of the reply at end of data.</summary>
    public int EndDelay { get; set; }

    /// <summary>Of the reply at the stage that was asked about.</summary>
    public AnswerFault Fault { get; set; }

    /// <summary>Of the reply at end of data.</summary>
    public AnswerFault EndFault { get; set; }

    /// <summary>Whether rules have a say in the end of data.</summary>
    public bool HasMoreAtEnd { get; set; }

    /// <summary>Whether deliveries are to be counted: replies to some are lost.</summary>
    public bool WantsMessageId { get; set; }

    /// <summary>Whether an override has decided that comes before a rule.</summary>
    public readonly bool IsOverriddenBefore(ActiveRule rule) => OverriddenBy is { } by && by.Order < rule.Order;

    /// <summary>The answer of rules that have decided.</summary>
    /// <param name="stage">The stage that was asked about.</param>
    /// <param name="entry">Whose answer it is.</param>
    public readonly FilterAnswer AnswerAt(Stage stage, int entry) => new()
    {
        Reply = Reply?.Reply,
        ReplyStage = stage < Stage.Rcpt ? stage : Reply?.GivenAt ?? Stage.Rcpt,
        Entry = entry,
    };

    /// <summary>An answer, whoever gave it, with the delays and faults of the rules.</summary>
    public readonly FilterAnswer AddTo(in FilterAnswer answer) => answer with
    {
        Delay = Math.Max(Delay, answer.Delay),
        EndDelay = Math.Max(EndDelay, answer.EndDelay),
        Fault = Fault == AnswerFault.None ? answer.Fault : Fault,
        EndFault = EndFault == AnswerFault.None ? answer.EndFault : EndFault,
        WantsMessageId = WantsMessageId || answer.WantsMessageId,
    };
}
