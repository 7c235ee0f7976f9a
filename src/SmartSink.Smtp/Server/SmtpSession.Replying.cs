using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>The one place that writes and reports replies, and gathers the facts for them.</content>
public sealed partial class SmtpSession
{
    private void Say(FixedReply reply, ReplyBuffer output)
    {
        output.Write(reply.Bytes);
        _observer.ReplyWritten(reply.Code);
    }

    private void Say(Reply reply, in SessionFacts facts, ReplyBuffer output)
    {
        reply.WriteTo(output, facts);
        _observer.ReplyWritten(reply.Code);
    }

    // A refusal by the protocol: when it is one error too many, the 421 takes its place.
    private void Fail(FixedReply reply, ReplyBuffer output)
    {
        var limit = _profile.Options.MaxErrors;
        if (limit > 0 && reply.Code is (>= 500 and <= 504) or 555 && ++_errors > limit)
        {
            Say(StandardReplies.TooManyErrors, output);
            End(SessionEndReason.TooManyErrors);
            return;
        }

        Say(reply, output);
    }

    // Asks the filter, and gives its reply or the protocol's own. What follows from the reply is the caller's.
    private Reply Answer(IMailboxFilter filter, in SessionFacts facts, ReplyBuffer output, FixedReply positive)
    {
        if (filter.Answer(facts).Reply is not { } reply)
        {
            Say(positive, output);
            return positive;
        }

        Say(reply, facts, output);
        if (!IsPositive(reply))
        {
            _observer.Refused(facts, reply);
        }

        return reply;
    }

    private static bool IsPositive(Reply reply) => reply.Outcome == Outcome.Accepted;

    private SessionFacts Facts(Stage stage, in Moment now) => new()
    {
        Stage = stage,
        ClientAddress = _clientAddress,
        Destination = _destination,
        User = _user,
        Helo = _helo,
        Sender = _transaction is { } open ? open.Sender : default,
        SenderDomain = _transaction is { } sending ? sending.SenderDomain : default,
        Hostname = _profile.Hostname,
        IsTls = _isTls,
        TransactionId = _transaction is { } known ? known.Id : default,
        Now = now,
    };

    private SessionFacts RecipientFacts(in MailPath path, ReadOnlySpan<byte> localPart, in Moment now) => new()
    {
        Stage = Stage.Rcpt,
        ClientAddress = _clientAddress,
        Destination = _destination,
        User = _user,
        Helo = _helo,
        Sender = _transaction!.Sender,
        SenderDomain = _transaction.SenderDomain,
        Recipient = path.Mailbox,
        LocalPart = localPart,
        Domain = path.NormalizedDomain,
        Hostname = _profile.Hostname,
        IsTls = _isTls,
        TransactionId = _transaction.Id,
        Now = now,
    };

    // At end of data the recipient is one whose reply was kept, if any was.
    private SessionFacts EndFacts(MailTransaction transaction, KeptRecipient? recipient, in Moment now) => new()
    {
        Stage = Stage.Data,
        ClientAddress = _clientAddress,
        Destination = _destination,
        User = _user,
        Helo = _helo,
        Sender = transaction.Sender,
        SenderDomain = transaction.SenderDomain,
        Recipient = recipient is null ? default : recipient.Recipient,
        LocalPart = recipient is null ? default : recipient.LocalPartName,
        Domain = recipient is null ? default : recipient.Domain,
        Hostname = _profile.Hostname,
        IsTls = _isTls,
        TransactionId = transaction.Id,
        Now = now,
    };
}
