using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Smtp.Tests.Server;

/// <summary>Takes no notice.</summary>
internal sealed class NullObserver : ISessionObserver
{
    public void ReplyWritten(int code)
    {
    }

    public void RecipientDecided(IMailboxFilter filter, int entry, Outcome outcome, Stage stage)
    {
    }

    public void MessageEnded(in MessageFacts message)
    {
    }

    public void TransactionAbandoned(int recipients)
    {
    }

    public void Refused(in DialogFacts facts, Reply reply)
    {
    }
}
