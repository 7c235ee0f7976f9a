using SmartSink.Ledger.Facts;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Ledger.Tests;

/// <summary>A ledger, a clock that the test moves, and the events of dialogs.</summary>
internal sealed class LedgerHost(long mostBytes = 64L << 20)
{
    public const string Gmail = "gmail.com";

    public static readonly LedgerSender Client = new("192.0.2.1/32", string.Empty);
    public static readonly FixedReply Later = new(451, new(4, 3, 0), "Later"u8);
    public static readonly FixedReply Slower = new(421, new(4, 7, 28), "Slow down"u8);
    public static readonly FixedReply Never = new(550, new(5, 1, 1), "Nobody"u8);

    public SinkLedger Ledger { get; } = new(mostBytes);

    public long Now { get; set; } = 10_000;

    public void Take(LedgerEvent happened) => Ledger.Take([happened]);

    public void Connect(uint connection, LedgerSender? sender = null) =>
        Take(new() { Kind = LedgerEventKind.DialogBegan, At = Now, Connection = connection, Sender = sender ?? Client });

    public void Mail(uint connection, RunNumber run = default, bool isBounce = false, LedgerSender? sender = null) =>
        Take(new() { Kind = LedgerEventKind.TransactionBegan, At = Now, Connection = connection, Run = run, IsBounce = isBounce, Sender = sender });

    public void Rcpt(uint connection, ulong mail, Reply? refusal = null, RunNumber run = default, string provider = Gmail) => Take(new()
    {
        Kind = refusal is null ? LedgerEventKind.RecipientTaken : LedgerEventKind.RecipientDecided,
        At = Now,
        Connection = connection,
        Provider = provider,
        Mail = mail,
        Run = run,
        Reply = refusal,
        Stage = Stage.Rcpt,
        Outcome = refusal?.Outcome ?? Outcome.Accepted,
    });

    /// <summary>End of data, with the reply to each recipient that was taken; null for an acceptance.</summary>
    public void Data(uint connection, ulong message = 0, RunNumber run = default, bool isLost = false, params ReadOnlySpan<Reply?> replies)
    {
        foreach (var reply in replies)
        {
            Take(new() { Kind = LedgerEventKind.RecipientDecided, At = Now, Connection = connection, Stage = Stage.Data, Reply = reply, Outcome = reply?.Outcome ?? Outcome.Accepted });
        }

        Take(new() { Kind = LedgerEventKind.MessageEnded, At = Now, Connection = connection, Message = message, Run = run, IsReplyLost = isLost });
    }

    public void Happen(uint connection, LedgerEventKind kind) => Take(new() { Kind = kind, At = Now, Connection = connection });

    public void Close(uint connection, SessionEndReason reason = SessionEndReason.Quit) =>
        Take(new() { Kind = LedgerEventKind.ConnectionClosed, At = Now, Connection = connection, Reason = reason });

    /// <summary>A message with one recipient, on a connection that is open: refused at RCPT, or accepted.</summary>
    public void Send(uint connection, ulong mail, RunNumber run = default, ulong message = 0, Reply? refusal = null, bool isLost = false)
    {
        Mail(connection, run);
        Rcpt(connection, mail, refusal, run);
        if (refusal is null)
        {
            Data(connection, message, run, isLost, [null]);
        }
        else
        {
            Happen(connection, LedgerEventKind.TransactionAbandoned);
        }
    }

    public IReadOnlyList<SenderHistory> Read(string? run = null, Func<string, bool>? client = null, long? since = null) =>
        Ledger.Read(new LedgerQuery(run, client, since), Now);

    public SenderHistory ReadOne() => Read().ShouldHaveSingleItem();
}
