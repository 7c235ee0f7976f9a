using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Benchmarks;

/// <summary>Nobody counts: the protocol's own cost is what is measured.</summary>
internal sealed class SilentObserver : ISessionObserver
{
    public void ReplyWritten(int code)
    {
        // not counted
    }

    public void RecipientDecided(IMailboxFilter filter, int entry, Outcome outcome, Stage stage)
    {
        // not counted
    }

    public void MessageEnded(in MessageFacts message)
    {
        // not counted
    }

    public void TransactionAbandoned(int recipients)
    {
        // not counted
    }

    public void Refused(in DialogFacts facts, Reply reply)
    {
        // not logged
    }
}
