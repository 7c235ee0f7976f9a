using SmartSink.Smtp.Replies;

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

    // The recipient is the one of RCPT; at end of data it is one whose reply was kept, if any was.
    private SessionFacts Facts(Stage stage, in Moment now, ReadOnlySpan<byte> recipient = default, ReadOnlySpan<byte> localPart = default, ReadOnlySpan<byte> domain = default) => new()
    {
        Stage = stage,
        ClientAddress = _clientAddress,
        Destination = _destination,
        User = _user,
        Helo = _helo,
        Sender = _transaction is { } open ? open.Sender : default,
        SenderDomain = _transaction is { } sending ? sending.SenderDomain : default,
        Recipient = recipient,
        LocalPart = localPart,
        Domain = domain,
        Hostname = _profile.Hostname,
        IsTls = _isTls,
        TransactionId = _transaction is { } known ? known.Id : default,
        Now = now,
    };

    private SessionFacts EndFacts(KeptRecipient? recipient, in Moment now) =>
        recipient is null ? Facts(Stage.Data, now) : Facts(Stage.Data, now, recipient.Recipient, recipient.LocalPartName, recipient.Domain);
}
