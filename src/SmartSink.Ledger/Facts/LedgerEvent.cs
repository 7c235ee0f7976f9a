using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Facts;

/// <summary>What happened in a dialog, small enough to be handed from the transport's thread to the ledger's. Which fields have a meaning says <see cref="Kind"/>; times are <see cref="Moment.Milliseconds"/>.</summary>
internal readonly record struct LedgerEvent
{
    /// <summary>What happened.</summary>
    public required LedgerEventKind Kind { get; init; }

    /// <summary>When.</summary>
    public required long At { get; init; }

    /// <summary>The connection's number; 0 for one that was refused before it began.</summary>
    public uint Connection { get; init; }

    /// <summary>Who sends. Given with <see cref="LedgerEventKind.DialogBegan"/>, and again with each event after the client's authentication or XCLIENT said otherwise; null for no change.</summary>
    public LedgerSender? Sender { get; init; }

    /// <summary>The policy's entry for the recipient's domain (<c>gmail.com</c>, <c>*.example.com</c>, <c>other</c>); null when no recipient or domain is concerned.</summary>
    public string? Provider { get; init; }

    /// <summary>A hash of the reverse-path and the recipient; 0 for none.</summary>
    public ulong Mail { get; init; }

    /// <summary>A hash of the message's id (see <see cref="MessageFacts.MessageId"/>); 0 for one that is not known. Of a message of the null sender, of the id of the message that it returns.</summary>
    public ulong Message { get; init; }

    /// <summary>The run and number of the message, from its reverse-path or its header; of a message of the null sender, of the message that it returns.</summary>
    public RunNumber Run { get; init; }

    /// <summary>The reply that refused or was kept; null for an acceptance.</summary>
    public Reply? Reply { get; init; }

    /// <summary>At which stage a recipient or client was answered.</summary>
    public Stage Stage { get; init; }

    /// <summary>What became of a recipient or message.</summary>
    public Outcome Outcome { get; init; }

    /// <summary>What the client did wrong: one or several flags.</summary>
    public ProtocolFaults Faults { get; init; }

    /// <summary>Of a TLS handshake or dialog: what became of the wish for TLS.</summary>
    public TlsUse Tls { get; init; }

    /// <summary>Why a connection ended.</summary>
    public SessionEndReason Reason { get; init; }

    /// <summary>Whether a message's reply at end of data was lost on purpose: the client cannot know whether it was accepted.</summary>
    public bool IsReplyLost { get; init; }

    /// <summary>Whether the transaction's reverse-path is null.</summary>
    public bool IsBounce { get; init; }
}

/// <summary>What a <see cref="LedgerEvent"/> is about.</summary>
internal enum LedgerEventKind : byte
{
    /// <summary>A dialog began: <c>Sender</c>.</summary>
    DialogBegan,

    /// <summary>The greeting, EHLO or MAIL was refused: <c>Stage</c>, <c>Reply</c>, <c>Provider</c> if it is known.</summary>
    ClientRefused,

    /// <summary>MAIL was accepted: <c>Mail</c> is 0; <c>Run</c> if the reverse-path says it, <c>IsBounce</c>, <c>Tls</c>.</summary>
    TransactionBegan,

    /// <summary>A recipient was accepted at RCPT and has no outcome yet: <c>Provider</c>, <c>Mail</c>, <c>Run</c>.</summary>
    RecipientTaken,

    /// <summary>A recipient came to its outcome: at RCPT with <c>Provider</c>, <c>Mail</c>, <c>Run</c>; at end of data it is the next of those taken. <c>Stage</c>, <c>Outcome</c>, <c>Reply</c> unless accepted.</summary>
    RecipientDecided,

    /// <summary>The message came to its end: <c>Message</c>, <c>Run</c>, <c>Outcome</c>, <c>IsReplyLost</c>. Its recipients were decided before.</summary>
    MessageEnded,

    /// <summary>A transaction was given up, with what had been taken.</summary>
    TransactionAbandoned,

    /// <summary>The client broke the protocol: <c>Faults</c>.</summary>
    Misspoke,

    /// <summary>The client began TLS, or failed to: <c>Tls</c>.</summary>
    TlsEnded,

    /// <summary>The client said RSET.</summary>
    Reset,

    /// <summary>A command came behind a 421: the client did not close.</summary>
    SpokeBehind421,

    /// <summary>The connection ended: <c>Reason</c>.</summary>
    ConnectionClosed,
}

/// <summary>Who sends: one client network, one user of it. Compared by its texts; make one for each and use it again.</summary>
/// <param name="Client">The client's network, as <c>192.0.2.1/32</c> or <c>2001:db8::/64</c>.</param>
/// <param name="User">The name that it authenticated as; empty for none.</param>
internal sealed record LedgerSender(string Client, string User);

/// <summary>Which message of which run of a load generator.</summary>
/// <param name="Run">The run's id, 1 to 64 of letters, digits, <c>.</c>, <c>_</c> and <c>-</c>; null for none.</param>
/// <param name="Number">The message's number in it, from 0.</param>
internal readonly record struct RunNumber(string? Run, long Number)
{
    /// <summary>Whether there is one.</summary>
    public bool IsKnown => Run is not null;
}

/// <summary>How far a dialog came with TLS.</summary>
internal enum TlsUse : byte
{
    /// <summary>It was not offered.</summary>
    None,

    /// <summary>STARTTLS was offered, and not used.</summary>
    Offered,

    /// <summary>The client asked for it, and got 454 or a handshake that failed.</summary>
    Failed,

    /// <summary>TLS 1.0 or 1.1.</summary>
    Old,

    /// <summary>TLS 1.2 or 1.3.</summary>
    Used,
}
