using System.Collections.Concurrent;
using System.Text;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Listening;

/// <summary>Counts what the sessions of many connections report.</summary>
internal sealed class CountingSessionObserver : ISessionObserver
{
    private int _abandoned;

    /// <summary>Sender and size of each message that ended.</summary>
    public ConcurrentQueue<(string Sender, long Size)> Messages { get; } = new();

    /// <summary>The codes of all replies.</summary>
    public ConcurrentQueue<int> Codes { get; } = new();

    /// <summary>Transactions given up.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    public void ReplyWritten(int code) => Codes.Enqueue(code);

    public void RecipientDecided(IMailboxFilter filter, int entry, Outcome outcome, Stage stage)
    {
    }

    public void MessageEnded(in MessageFacts message) => Messages.Enqueue((Encoding.UTF8.GetString(message.Sender), message.Size));

    public void TransactionAbandoned(int recipients) => Interlocked.Increment(ref _abandoned);

    public void Refused(in DialogFacts facts, Reply reply)
    {
    }
}
