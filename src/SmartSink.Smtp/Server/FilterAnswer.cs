using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>A filter's answer at one stage, as a value. The default value is "go on": the protocol's own positive reply.</summary>
public readonly struct FilterAnswer
{
    /// <summary>The reply to give instead of the protocol's own; null to go on.</summary>
    public Reply? Reply { get; init; }

    /// <summary>
    /// When <see cref="Reply"/> is to be given: <see cref="Stage.Data"/> in an answer at <see cref="Stage.Rcpt"/> accepts the
    /// recipient now and keeps the reply for end of data, where the first recipient that has one decides for the message.
    /// Any other value means now.
    /// </summary>
    public Stage ReplyStage { get; init; }

    /// <summary>
    /// The recipient's entry in the filter's own numbering (0 to <see cref="IMailboxFilter.EntryCount"/> - 1), handed on unchanged
    /// to the observer, which counts by it. Meant for answers at <see cref="Stage.Rcpt"/>; 0 is "any other domain".
    /// </summary>
    public int Entry { get; init; }
}
