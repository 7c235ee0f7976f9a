using System.Net;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>
/// One revision of the rules that decide about mail. Called synchronously from many threads at
/// once: it must not block, await, or keep the facts.
/// </summary>
public interface IMailboxFilter
{
    /// <summary>How many entries there are for <see cref="FilterAnswer.Entry"/>; at least 1.</summary>
    int EntryCount { get; }

    /// <summary>The name of an entry, as a metric's label: a configured domain or pattern; entry 0 is <c>other</c>.</summary>
    string EntryName(int entry);

    /// <summary>
    /// The entry under which a domain's recipients are counted, as in <see cref="FilterAnswer.Entry"/>: for recipients that the session
    /// itself refuses. Draws nothing and changes no state.
    /// </summary>
    /// <param name="domain">As in <see cref="SessionFacts.Domain"/>.</param>
    int EntryOf(ReadOnlySpan<byte> domain);

    /// <summary>
    /// Whether the answers depend on the address to which clients meant to connect; if not, the transport need not look it up.
    /// </summary>
    bool WantsDestination => false;

    /// <summary>
    /// The name under which to answer a client that meant to connect to an address; null for
    /// the listener's own. Called once, before the greeting.
    /// </summary>
    ServerIdentity? IdentityAt(IPAddress destination) => null;

    /// <summary>The answer at the stage that <see cref="SessionFacts.Stage"/> names. Called once per greeting, EHLO, MAIL, RCPT and end of data.</summary>
    FilterAnswer Answer(in SessionFacts facts);

    /// <summary>
    /// A message with an id was accepted for a recipient for whom <see cref="FilterAnswer.WantsMessageId"/> was set. Called at end of data,
    /// once for each such recipient, whether or not the reply will reach the client.
    /// </summary>
    void MessageAccepted(in DeliveryFacts delivery)
    {
    }
}

/// <summary>A message that was accepted for one recipient. Spans are valid only during the call.</summary>
public readonly ref struct DeliveryFacts
{
    /// <summary>The message's id, as in <see cref="MessageFacts.MessageId"/>; never empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; init; }

    /// <summary>The recipient's mailbox, as in <see cref="SessionFacts.Recipient"/>.</summary>
    public ReadOnlySpan<byte> Recipient { get; init; }

    /// <summary>The entry that the filter gave at RCPT.</summary>
    public int Entry { get; init; }

    /// <summary>The client's address, as in <see cref="SessionFacts.ClientAddress"/>.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>The transaction's id, as in <see cref="SessionFacts.TransactionId"/>.</summary>
    public ReadOnlySpan<byte> TransactionId { get; init; }

    /// <summary>The moment of the end of data.</summary>
    public Moment Now { get; init; }
}

/// <summary>
/// Where a session gets the filter: at the greeting, at EHLO, and at each MAIL; a transaction keeps the revision that it started with.
/// </summary>
public interface IMailboxFilterSource
{
    /// <summary>The revision in force. Read without a lock from many threads.</summary>
    IMailboxFilter Current { get; }

    /// <summary>
    /// A dialog in which a filter was asked is over: what was remembered about it can be dropped. Called
    /// once, on the transport's thread: it must not block.
    /// </summary>
    /// <param name="connection">As in <see cref="SessionFacts.Connection"/>.</param>
    void DialogEnded(uint connection)
    {
    }
}

/// <summary>A filter's answer at one stage. The default value means "go on": the protocol's own positive reply.</summary>
public readonly struct FilterAnswer
{
    /// <summary>The reply to give instead of the protocol's own; null to go on.</summary>
    public Reply? Reply { get; init; }

    /// <summary>
    /// When <see cref="Reply"/> is to be given: <see cref="Stage.Data"/> in an answer at <see cref="Stage.Rcpt"/> accepts the recipient now
    /// and keeps the reply until end of data, where the first recipient that has one decides for the message. Any other value means now.
    /// </summary>
    public Stage ReplyStage { get; init; }

    /// <summary>
    /// The recipient's entry in the filter's own numbering (0 to <see cref="IMailboxFilter.EntryCount"/> - 1), passed on unchanged to the
    /// observer, which counts by it. Meant for answers at <see cref="Stage.Rcpt"/>; 0 is "any other domain".
    /// </summary>
    public int Entry { get; init; }

    /// <summary>
    /// Milliseconds from the moment of the facts to the reply, whichever reply it is; 0 for none. Pipelined commands wait until it is out.
    /// </summary>
    public int Delay { get; init; }

    /// <summary>
    /// What goes wrong with the reply, whichever reply it is. <see cref="AnswerFault.DropBeforeReply"/>
    /// and the values after it apply only at end of data.
    /// </summary>
    public AnswerFault Fault { get; init; }

    /// <summary>
    /// In an answer at <see cref="Stage.Rcpt"/> that does not refuse now: the delay of the reply at end of data, in milliseconds. The
    /// longest delay of all recipients applies.
    /// </summary>
    public int EndDelay { get; init; }

    /// <summary>
    /// In an answer at <see cref="Stage.Rcpt"/> that does not refuse now: what goes wrong at end of data. The
    /// fault of the first recipient that has one applies.
    /// </summary>
    public AnswerFault EndFault { get; init; }

    /// <summary>
    /// In an answer at <see cref="Stage.Rcpt"/>: what the rates drew for the recipient, whatever else is applied to it; null when something
    /// else decided, so that nothing was drawn or the draw did not use the rates that apply to the whole entry.
    /// </summary>
    public Outcome? Drawn { get; init; }

    /// <summary>
    /// In an answer at <see cref="Stage.Rcpt"/>: whether the message's id is to be read from its header, for <see cref="MessageFacts"/>.
    /// </summary>
    public bool WantsMessageId { get; init; }
}

/// <summary>What is made to go wrong with an answer, once the rules have decided what it would be.</summary>
public enum AnswerFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>No reply: the connection is closed (FIN). An open transaction is abandoned.</summary>
    Drop,

    /// <summary>No reply: the connection is reset (RST). An open transaction is abandoned.</summary>
    Reset,

    /// <summary>
    /// No reply, now or later: input is read and dropped until the client leaves or the idle
    /// timeout expires. An open transaction is abandoned.
    /// </summary>
    Hang,

    /// <summary>No reply, and nothing more is read, so that the TCP window fills up. Ends like <see cref="Hang"/>.</summary>
    Stall,

    /// <summary>The reply is sent at one octet a second.</summary>
    SlowReply,

    /// <summary>The message is judged and counted as if there were no fault; the connection is closed (FIN) instead of the reply.</summary>
    DropBeforeReply,

    /// <summary>Likewise, but closed after the first half of the reply.</summary>
    DropWithinReply,

    /// <summary>Likewise, but closed after the whole reply, without waiting for more commands.</summary>
    DropAfterReply,
}
