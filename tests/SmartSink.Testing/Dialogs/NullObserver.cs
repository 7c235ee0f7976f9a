using System.Net;
using SmartSink.Smtp;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Testing.Dialogs;

/// <summary>Takes no notice: the protocol alone is what is looked at or measured.</summary>
public sealed class NullObserver : ISessionObserver
{
    /// <inheritdoc/>
    public void ReplyWritten(int code)
    {
    }

    /// <inheritdoc/>
    public void RecipientDecided(IMailboxFilter filter, int entry, Reply reply, in SessionFacts facts)
    {
    }

    /// <inheritdoc/>
    public void RecipientDrawn(IMailboxFilter filter, int entry, Outcome outcome)
    {
    }

    /// <inheritdoc/>
    public void ClientRefused(IMailboxFilter filter, int entry, Reply reply)
    {
    }

    /// <inheritdoc/>
    public void MessageEnded(in MessageFacts message)
    {
    }

    /// <inheritdoc/>
    public void TransactionAbandoned(IMailboxFilter filter, ReadOnlySpan<int> entries, uint connection)
    {
    }

    /// <inheritdoc/>
    public void Authenticated(in AuthenticationFacts attempt)
    {
    }

    /// <inheritdoc/>
    public void ClientIntroduced(IPAddress? speaker, ReadOnlySpan<byte> attributes)
    {
    }

    /// <inheritdoc/>
    public void Refused(IMailboxFilter filter, int entry, in SessionFacts facts, Reply reply)
    {
    }
}
