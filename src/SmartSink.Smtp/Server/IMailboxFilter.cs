using System.Net;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>
/// One revision of the rules that decide what becomes of mail. Called synchronously from many threads at once:
/// it must not block, await, or keep the facts.
/// </summary>
public interface IMailboxFilter
{
    /// <summary>How many entries <see cref="FilterAnswer.Entry"/> may name; at least 1.</summary>
    int EntryCount { get; }

    /// <summary>The name of an entry, as a metric's label: a configured domain or pattern; entry 0 is <c>other</c>.</summary>
    string EntryName(int entry);

    /// <summary>
    /// The entry under which the recipients of a domain count, as <see cref="FilterAnswer.Entry"/>: for recipients that the session refuses
    /// by itself. Takes no draw and changes nothing.
    /// </summary>
    /// <param name="domain">As in <see cref="SessionFacts.Domain"/>.</param>
    int EntryOf(ReadOnlySpan<byte> domain);

    /// <summary>Whether the answers depend on where clients meant to connect to; else a transport need not find out.</summary>
    bool WantsDestination => false;

    /// <summary>The name under which to answer a client that meant to connect to an address; null for the listener's own. Called once, before the greeting.</summary>
    ServerIdentity? IdentityAt(IPAddress destination) => null;

    /// <summary>The answer at the stage that <see cref="SessionFacts.Stage"/> names. Called once per greeting, EHLO, MAIL, RCPT and end of data.</summary>
    FilterAnswer Answer(in SessionFacts facts);

    /// <summary>
    /// A message with an id was accepted for a recipient for whom <see cref="FilterAnswer.WantsMessageId"/> was set. Called once for each of
    /// them at end of data, whether or not the reply will reach the client.
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

/// <summary>Where a session takes the filter from: at the greeting, at EHLO, and at each MAIL; a transaction keeps the revision it began with.</summary>
public interface IMailboxFilterSource
{
    /// <summary>The revision in force. Read without a lock from many threads.</summary>
    IMailboxFilter Current { get; }

    /// <summary>
    /// A dialog in which a filter was asked is over: what was remembered of it can go. Called once, on the transport's thread: it must not block.
    /// </summary>
    /// <param name="connection">As in <see cref="SessionFacts.Connection"/>.</param>
    void DialogEnded(uint connection)
    {
    }
}

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

    /// <summary>Milliseconds from the moment of the facts to the reply, whichever it is; 0 for at once. Pipelined commands wait behind it.</summary>
    public int Delay { get; init; }

    /// <summary>What goes wrong with the reply, whichever it is. <see cref="AnswerFault.DropBeforeReply"/> and those behind it are for end of data alone.</summary>
    public AnswerFault Fault { get; init; }

    /// <summary>In an answer at <see cref="Stage.Rcpt"/> that does not refuse now: the delay of the reply at end of data. There the longest of all recipients holds.</summary>
    public int EndDelay { get; init; }

    /// <summary>In an answer at <see cref="Stage.Rcpt"/> that does not refuse now: what goes wrong at end of data. There the first recipient that has one decides.</summary>
    public AnswerFault EndFault { get; init; }

    /// <summary>
    /// In an answer at <see cref="Stage.Rcpt"/>: what the rates drew for the recipient, whatever else comes on top of it; null when something
    /// else decided, so that nothing was drawn or the draw is not of the rates that hold for the entry as a whole.
    /// </summary>
    public Outcome? Drawn { get; init; }

    /// <summary>In an answer at <see cref="Stage.Rcpt"/>: whether the message's id is to be read from its header, for <see cref="MessageFacts"/>.</summary>
    public bool WantsMessageId { get; init; }
}

/// <summary>What goes wrong with an answer on purpose, once the rules have decided what it would be.</summary>
public enum AnswerFault : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>No reply: the connection is closed (FIN). An open transaction is abandoned.</summary>
    Drop,

    /// <summary>No reply: the connection is reset (RST). An open transaction is abandoned.</summary>
    Reset,

    /// <summary>No reply, now or later: what comes is taken and dropped until the client leaves or the idle timeout is over. An open transaction is abandoned.</summary>
    Hang,

    /// <summary>No reply and nothing is taken any more: the client's window fills up. Ends as <see cref="Hang"/> does.</summary>
    Stall,

    /// <summary>The reply leaves one octet a second.</summary>
    SlowReply,

    /// <summary>The message is judged and counted as without a fault; the connection is closed (FIN) in place of the reply.</summary>
    DropBeforeReply,

    /// <summary>Likewise; closed behind the first half of the reply.</summary>
    DropWithinReply,

    /// <summary>Likewise; closed behind the whole reply, without waiting for more commands.</summary>
    DropAfterReply,
}
