using System.Net;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <summary>
/// What a session reports as it happens, for counting and logging. Called synchronously on the transport's thread: it must not block. Every
/// recipient whose transaction was completed gets exactly one outcome; those of an abandoned transaction (RSET, a new EHLO, QUIT, a lost
/// connection) get none and are reported as abandoned.
/// </summary>
public interface ISessionObserver
{
    /// <summary>A reply was written.</summary>
    /// <param name="code">Its code, 200 to 599.</param>
    void ReplyWritten(int code);

    /// <summary>The outcome of a recipient was decided.</summary>
    /// <param name="filter">The revision that the transaction used, to which <paramref name="entry"/> refers.</param>
    /// <param name="entry">The entry that the filter gave at RCPT; 0 when it was not asked.</param>
    /// <param name="reply">The deciding reply, which determines the outcome.</param>
    /// <param name="facts">The dialog at that moment. Its stage is the one at which the reply was sent; at end of data the recipient is the
    /// one whose own reply it is, if any.</param>
    void RecipientDecided(IMailboxFilter filter, int entry, Reply reply, in SessionFacts facts);

    /// <summary>A dialog has begun, even if its greeting refuses service: the client is known. After XCLIENT it begins anew.</summary>
    /// <param name="facts">The dialog at that moment.</param>
    void DialogBegan(in SessionFacts facts)
    {
    }

    /// <summary>MAIL was accepted: a transaction has begun.</summary>
    /// <param name="facts">The dialog at that moment.</param>
    /// <param name="offersTls">Whether EHLO has offered STARTTLS, but TLS is not used.</param>
    void TransactionBegan(in SessionFacts facts, bool offersTls)
    {
    }

    /// <summary>
    /// A recipient was accepted at RCPT and has no outcome yet: <see cref="RecipientDecided"/> follows
    /// at end of data, unless the transaction is abandoned.
    /// </summary>
    /// <param name="filter">The revision that the transaction uses, to which <paramref name="entry"/> refers.</param>
    /// <param name="entry">The recipient's entry.</param>
    /// <param name="facts">The dialog at that moment.</param>
    /// <param name="kept">The reply that the filter keeps for the recipient until end of data; null for none.</param>
    void RecipientTaken(IMailboxFilter filter, int entry, in SessionFacts facts, Reply? kept)
    {
    }

    /// <summary>
    /// The rates have decided about a recipient at RCPT. Called before its reply; the recipient gets its
    /// outcome only at the end of its transaction, if ever.
    /// </summary>
    /// <param name="filter">The revision that the transaction uses.</param>
    /// <param name="entry">The entry whose rates were used.</param>
    /// <param name="outcome">What they drew.</param>
    void RecipientDrawn(IMailboxFilter filter, int entry, Outcome outcome);

    /// <summary>The greeting, EHLO or MAIL was refused, before there was a recipient that could have an outcome.</summary>
    /// <param name="filter">The revision that refused.</param>
    /// <param name="entry">The entry that the filter gave.</param>
    /// <param name="reply">The reply.</param>
    void ClientRefused(IMailboxFilter filter, int entry, Reply reply);

    /// <summary>
    /// Which details of a transaction must be kept for <see cref="MessageEnded"/>. Asked once for each
    /// transaction, when its first recipient is accepted.
    /// </summary>
    /// <param name="now">The moment of that recipient.</param>
    MessageDetails Wants(in Moment now) => MessageDetails.None;

    /// <summary>A message was completed: the reply at end of data was written.</summary>
    /// <param name="message">What is known about it.</param>
    void MessageEnded(in MessageFacts message);

    /// <summary>A transaction was abandoned before its end of data.</summary>
    /// <param name="filter">The revision that the transaction used.</param>
    /// <param name="entries">The entry of each recipient that had been accepted and will not
    /// get an outcome; valid only during the call.</param>
    /// <param name="connection">As in <see cref="SessionFacts.Connection"/>.</param>
    void TransactionAbandoned(IMailboxFilter filter, ReadOnlySpan<int> entries, uint connection);

    /// <summary>A trusted client used XCLIENT to say on whose behalf it speaks.</summary>
    /// <param name="speaker">The client's own address.</param>
    /// <param name="attributes">The attributes it gave, as written.</param>
    void ClientIntroduced(IPAddress? speaker, ReadOnlySpan<byte> attributes);

    /// <summary>
    /// The client violated the protocol, whether or not that is tolerated; for grading senders. Called after
    /// the reply, at most once for each fault and command.
    /// </summary>
    /// <param name="faults">What it did.</param>
    /// <param name="facts">The dialog and the moment: connection, client, user, name, TLS and time.</param>
    void Misspoke(ProtocolFaults faults, in SessionFacts facts)
    {
    }

    /// <summary>The client did something that is right or wrong depending on what else it does; for grading senders.</summary>
    /// <param name="act">What it did.</param>
    /// <param name="connection">As in <see cref="SessionFacts.Connection"/>.</param>
    void Noted(ClientAct act, uint connection)
    {
    }

    /// <summary>An attempt to authenticate ended.</summary>
    /// <param name="attempt">What is known about it.</param>
    void Authenticated(in AuthenticationFacts attempt);

    /// <summary>A recipient or message was refused: called after the reply was written, for the log.</summary>
    /// <param name="filter">The revision to which <paramref name="entry"/> refers.</param>
    /// <param name="entry">The recipient's entry; for a whole message, that of the recipient who decided, or else of the first one.</param>
    /// <param name="facts">The dialog at that moment.</param>
    /// <param name="reply">The reply that refused.</param>
    void Refused(IMailboxFilter filter, int entry, in SessionFacts facts, Reply reply);
}

/// <summary>How a client violated the protocol.</summary>
[Flags]
public enum ProtocolFaults
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>It spoke before the greeting (RFC 5321 section 3.1).</summary>
    EarlyTalk = 1,

    /// <summary>
    /// It sent more commands after one that must be the last of a group, or pipelined at all without PIPELINING (RFC 2920 section 3.1).
    /// </summary>
    UnofferedPipelining = 2,

    /// <summary>It sent its message before the 354 (RFC 5321 section 4.1.1.4).</summary>
    EarlyData = 4,

    /// <summary>A line ended with CR or LF alone (RFC 5321 section 2.3.8).</summary>
    BareLineEnd = 8,

    /// <summary>A command line or a line of text was too long (RFC 5321 section 4.5.3.1.4 and 4.5.3.1.6).</summary>
    LongLine = 16,

    /// <summary>A command that is unknown.</summary>
    UnknownCommand = 32,

    /// <summary>A known command with an invalid argument, including an invalid address or parameter.</summary>
    BadSyntax = 64,

    /// <summary>Commands in an order that RFC 5321 section 4.1.4 does not allow.</summary>
    BadSequence = 128,

    /// <summary>The message was larger than the SIZE given with MAIL (RFC 1870 section 6.1).</summary>
    SizeUnderstated = 256,

    /// <summary>
    /// SIZE was offered, but MAIL did not give it. Allowed; a message that is too large is then refused only after its transfer.
    /// </summary>
    SizeUnsaid = 512,

    /// <summary>Octets above 127 in a message that was not announced as 8BITMIME, BINARYMIME or SMTPUTF8 (RFC 6152).</summary>
    EightBitUnannounced = 1024,

    /// <summary>
    /// The name given with EHLO or HELO is neither a domain with a dot in it nor an address literal (RFC 5321 section 4.1.1.1).
    /// </summary>
    HeloNoName = 2048,

    /// <summary>An address that is accepted although its form is not allowed by RFC 5321 section 4.1.2.</summary>
    LooseAddress = 4096,

    /// <summary>It closed its sending side before the dialog was over.</summary>
    HalfClosed = 8192,
}

/// <summary>What a client did that is reported in no other way.</summary>
public enum ClientAct : byte
{
    /// <summary>It said RSET.</summary>
    Reset,

    /// <summary>It asked for TLS and was answered 454 (RFC 3207 section 4).</summary>
    AskedForTlsInVain,

    /// <summary>
    /// It sent something other than QUIT after it had received a 421, or another reply that closes (RFC 5321 section 3.8).
    /// </summary>
    SpokeBehindClose,
}

/// <summary>
/// What an observer needs to see of a message besides its figures. Needed for few messages only, since it has to be copied.
/// </summary>
[Flags]
public enum MessageDetails
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="MessageFacts.FirstRecipients"/>.</summary>
    Recipients = 1,

    /// <summary><see cref="MessageFacts.Header"/>.</summary>
    Header = 2,

    /// <summary>
    /// <see cref="MessageFacts.MessageId"/>, <see cref="MessageFacts.Run"/> and, for a message from the null sender, those of the message
    /// that it returns; also faults of the text, for <see cref="ISessionObserver.Misspoke"/>.
    /// </summary>
    Identity = 4,
}

/// <summary>A completed message, as the observer sees it. Spans are valid only during the call.</summary>
public readonly ref struct MessageFacts
{
    /// <summary>The most octets of a header that are kept; a longer header is truncated.</summary>
    public const int MaxHeader = MessageIdentity.Window;

    /// <summary>The connection's number, as in <see cref="SessionFacts.Connection"/>.</summary>
    public uint Connection { get; init; }

    /// <summary>The transaction's id, as in the reply at end of data.</summary>
    public ReadOnlySpan<byte> TransactionId { get; init; }

    /// <summary>The client's address, as in <see cref="SessionFacts.ClientAddress"/>.</summary>
    public IPAddress? ClientAddress { get; init; }

    /// <summary>The name that the client authenticated as, in UTF-8 without control characters; empty when there is none.</summary>
    public ReadOnlySpan<byte> User { get; init; }

    /// <summary>The reverse-path without brackets; empty for the null sender.</summary>
    public ReadOnlySpan<byte> Sender { get; init; }

    /// <summary>
    /// The message's id: what is between the angle brackets of its <c>Message-ID</c> (RFC 5322 section 3.6.4), or else the value of its
    /// <c>X-SmartSink-Run</c>. Empty when neither an answer of the filter nor <see cref="MessageDetails.Identity"/> asked for it, or when
    /// none was found at the start of the message.
    /// </summary>
    public ReadOnlySpan<byte> MessageId { get; init; }

    /// <summary>
    /// The value of its <c>X-SmartSink-Run</c>, without white space; empty when there is none or <see
    /// cref="MessageDetails.Identity"/> was not asked for.
    /// </summary>
    public ReadOnlySpan<byte> Run { get; init; }

    /// <summary>
    /// For a message from the null sender, the id of the message that it returns: from the header of that message if included, or else the
    /// last one in its own <c>References</c>. Empty under the same conditions as <see cref="Run"/>.
    /// </summary>
    public ReadOnlySpan<byte> ReturnedId { get; init; }

    /// <summary>Likewise, the <c>X-SmartSink-Run</c> of the returned message.</summary>
    public ReadOnlySpan<byte> ReturnedRun { get; init; }

    /// <summary>
    /// Whether the reply at end of data was withheld from the client on purpose, in whole or in part,
    /// so that it cannot know what became of the message.
    /// </summary>
    public bool IsReplyLost { get; init; }

    /// <summary>The outcome that the reply at end of data stated.</summary>
    public Outcome Outcome { get; init; }

    /// <summary>The code of that reply, 200 to 599.</summary>
    public int Code { get; init; }

    /// <summary>How many recipients had been accepted at RCPT.</summary>
    public int Recipients { get; init; }

    /// <summary>What the observer asked to be kept.</summary>
    public MessageDetails Details { get; init; }

    /// <summary>The revision that the transaction used, to which the recipients' entries refer.</summary>
    public IMailboxFilter Filter { get; init; }

    /// <summary>
    /// The first recipients that were accepted at RCPT; null unless <see cref="MessageDetails.Recipients"/> were asked for.
    /// </summary>
    public MessageRecipients? FirstRecipients { get; init; }

    /// <summary>
    /// The header as received, with stuffed dots, without the empty line that ends it: at most <see cref="MaxHeader"/> octets, and for a
    /// message in chunks only what was in the first. Empty unless <see cref="MessageDetails.Header"/> was asked for.
    /// </summary>
    public ReadOnlySpan<byte> Header { get; init; }

    /// <summary>The message's size in octets, without stuffed dots and the end of data (RFC 1870 section 5).</summary>
    public long Size { get; init; }

    /// <summary>When the end of data was reached.</summary>
    public Moment Now { get; init; }

    /// <summary>From MAIL to the reply at end of data.</summary>
    public TimeSpan TransactionTime { get; init; }

    /// <summary>From the 354, or the first BDAT, to the reply at end of data.</summary>
    public TimeSpan DataTime { get; init; }
}

/// <summary>Why a connection ended; the log, the metric and the tests use the same word (in snake case).</summary>
public enum SessionEndReason : byte
{
    /// <summary>Not ended.</summary>
    None,

    /// <summary>The client said QUIT.</summary>
    Quit,

    /// <summary>The client closed its side without QUIT, outside a transaction's data.</summary>
    ClientClosed,

    /// <summary>The client closed or reset the connection while its message, by DATA or BDAT, was being received.</summary>
    ClosedInData,

    /// <summary>The connection was reset or failed.</summary>
    ConnectionReset,

    /// <summary>A reply of the policy closed the connection (421, or one with <c>close = true</c>).</summary>
    PolicyClosed,

    /// <summary>A fault of the policy: no reply, or one that was withheld on purpose.</summary>
    Fault,

    /// <summary>The client finished no command, or sent nothing of its message, for longer than the limit (RFC 5321 section 4.5.3.2.7).</summary>
    IdleTimeout,

    /// <summary>A transaction took longer than its deadline.</summary>
    TransactionTimeout,

    /// <summary>The client sent its message more slowly than the limit, or did not read its replies.</summary>
    SlowClient,

    /// <summary>The client made more errors than the limit.</summary>
    TooManyErrors,

    /// <summary>The client sent more messages on one connection than the limit.</summary>
    TooManyMessages,

    /// <summary>The server already had the maximum number of connections.</summary>
    TooManyConnections,

    /// <summary>The client's address already had the maximum number of connections.</summary>
    TooManyConnectionsFromAddress,

    /// <summary>A command line exceeded every limit without ending.</summary>
    LineTooLong,

    /// <summary>The client kept ending its lines with CR or LF alone.</summary>
    BareLineEnds,

    /// <summary>The client speaks HTTP, sends a TLS hello to a plain listener, or sends octets that are no command at all.</summary>
    NotSmtp,

    /// <summary>A BDAT whose size cannot be determined: nobody knows which of the octets after it are commands.</summary>
    OutOfStep,

    /// <summary>A proxy header is required, and the peer is not one of the trusted proxies.</summary>
    ProxyNotTrusted,

    /// <summary>A proxy header is required, and something else or nothing came.</summary>
    ProxyHeaderMissing,

    /// <summary>The proxy header is malformed or incomplete.</summary>
    ProxyHeaderBroken,

    /// <summary>The proxy header took too long.</summary>
    ProxyHeaderLate,

    /// <summary>The TLS handshake failed or took too long.</summary>
    TlsFailed,

    /// <summary>The server is stopping.</summary>
    Shutdown,

    /// <summary>A defect of the server; the log has the exception.</summary>
    InternalError,
}
