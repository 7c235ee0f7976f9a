using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <content>
/// Judging: the rules are asked about a sender, recipient or message, the answer is written and told to the observer. The one place that
/// does so, whoever read the command.
/// </content>
public abstract partial class MailSession
{
    private protected void Say(FixedReply reply, ReplyBuffer output)
    {
        output.Write(reply.Bytes);
        _observer.ReplyWritten(reply.Code);
    }

    private protected void Say(Reply reply, in SessionFacts facts, ReplyBuffer output)
    {
        reply.WriteTo(output, facts);
        _observer.ReplyWritten(reply.Code);
    }

    // A refusal by the protocol: when it is one error too many, the 421 takes its place.
    private protected void Fail(FixedReply reply, ReplyBuffer output)
    {
        var limit = _profile.Options.MaxErrors;
        if (limit > 0 && reply.Code is (>= 500 and <= 504) or 535 or 555 && ++_errors > limit)
        {
            Say(StandardReplies.TooManyErrors, output);
            End(SessionEndReason.TooManyErrors);
            return;
        }

        Say(reply, output);
    }

    // Asks the filter, and gives its reply or the protocol's own. What follows from the reply is the caller's.
    private protected Reply Answer(IMailboxFilter filter, in SessionFacts facts, ReplyBuffer output, FixedReply positive)
    {
        var answer = filter.Answer(facts);
        if (answer.Reply is not { } reply)
        {
            Say(positive, output);
            return positive;
        }

        Say(reply, facts, output);
        if (!IsPositive(reply))
        {
            _observer.ClientRefused(filter, answer.Entry, reply);
            _observer.Refused(facts, reply);
        }

        return reply;
    }

    private protected static bool IsPositive(Reply reply) => reply.Outcome == Outcome.Accepted;

    // The recipient is the one of RCPT; at end of data it is one whose reply was kept, if any was.
    private protected SessionFacts Facts(Stage stage, in Moment now, ReadOnlySpan<byte> recipient = default, ReadOnlySpan<byte> localPart = default, ReadOnlySpan<byte> domain = default, bool isLoose = false) => new()
    {
        Stage = stage,
        Connection = _number,
        Answer = ++_answers,
        ClientAddress = _clientAddress,
        Destination = _destination,
        User = _user,
        Helo = _helo,
        Sender = _transaction is { } open ? open.Sender : default,
        SenderDomain = _transaction is { } sending ? sending.SenderDomain : default,
        Recipient = recipient,
        LocalPart = localPart,
        Domain = domain,
        IsLoose = isLoose,
        Hostname = _profile.Hostname,
        IsTls = _isTls,
        TransactionId = _transaction is { } known ? known.Id : default,
        Now = now,
    };

    private SessionFacts EndFacts(KeptRecipient? recipient, in Moment now) =>
        recipient is null ? Facts(Stage.Data, now) : Facts(Stage.Data, now, recipient.Recipient, recipient.LocalPartName, recipient.Domain);

    // MAIL: begins a transaction with the rules in force, unless they refuse it. The domain is the end of the sender.
    private protected bool JudgeSender(ReadOnlySpan<byte> sender, ReadOnlySpan<byte> domain, ReplyBuffer output, in Moment now)
    {
        var transaction = MailTransactionPool.Rent();
        transaction.Begin(_filters.Current, sender, domain.Length, now.Milliseconds);
        _transaction = transaction;
        var reply = Answer(transaction.Filter, Facts(Stage.Mail, now), output, StandardReplies.SenderOk);
        if (!IsPositive(reply))
        {
            // No transaction has begun, so none is abandoned.
            ReleaseTransaction();
        }

        CloseIfAsked(reply);
        return _transaction is not null;
    }

    // RCPT. False when the recipient is refused.
    private protected bool JudgeRecipient(MailTransaction transaction, in SessionFacts facts, ReplyBuffer output)
    {
        if (transaction.AcceptedCount >= _profile.Options.MaxRecipients)
        {
            RefuseRecipient(transaction, StandardReplies.TooManyRecipients, facts, output);
            return false;
        }

        var answer = transaction.Filter.Answer(facts);
        if (answer.Reply is { } now && answer.ReplyStage != Stage.Data && !IsPositive(now))
        {
            RefuseRecipient(transaction, answer.Entry, now, facts, output);
            return false;
        }

        transaction.Accept(answer.Entry);
        if (answer.Reply is { } later && answer.ReplyStage == Stage.Data)
        {
            transaction.Keep(later, facts, each: IsLmtp);
            Say(StandardReplies.RecipientOk, output);
        }
        else
        {
            Say(answer.Reply ?? StandardReplies.RecipientOk, facts, output);
            CloseIfAsked(answer.Reply);
        }

        return true;
    }

    // By the session itself, without asking the filter: it counts under its domain's entry all the same.
    private protected void RefuseRecipient(MailTransaction transaction, FixedReply reply, in SessionFacts facts, ReplyBuffer output) =>
        RefuseRecipient(transaction, transaction.Filter.EntryOf(facts.Domain), reply, facts, output);

    private void RefuseRecipient(MailTransaction transaction, int entry, Reply reply, in SessionFacts facts, ReplyBuffer output)
    {
        transaction.HasRefused = true;
        Say(reply, facts, output);
        _observer.RecipientDecided(transaction.Filter, entry, reply, Stage.Rcpt);
        _observer.Refused(facts, reply);
        CloseIfAsked(reply);
    }

    // Each recipient gets a reply of its own in LMTP, in the order in which they were accepted (RFC 2033 section 4.2).
    private protected void EndMessage(MailTransaction transaction, bool each, ReplyBuffer output, in Moment now)
    {
        var facts = EndFacts(transaction.Decider, now);
        var reply = EndReply(transaction, facts);
        if (each)
        {
            transaction.Answers.Begin(reply, toAll: IsTooBig(transaction));
            _state = SessionState.Answering;
            return;
        }

        Say(reply, facts, output);
        foreach (var entry in transaction.Accepted)
        {
            _observer.RecipientDecided(transaction.Filter, entry, reply, Stage.Data);
        }

        TellOfMessage(transaction, reply, now);
        if (!IsPositive(reply))
        {
            _observer.Refused(facts, reply);
        }

        ReleaseTransaction();
        CloseIfAsked(reply);
        StopIfAsked(output);
    }

    // One at a time: between two of them the replies may have to be sent, so that a client which does not read cannot make them pile up.
    private void AnswerRecipient(MailTransaction transaction, ReplyBuffer output, in Moment now)
    {
        var answers = transaction.Answers;
        var entry = transaction.Accepted[answers.Count];
        var reply = answers.Next(out var recipient);
        var facts = EndFacts(recipient, now);
        Say(reply, facts, output);
        _observer.RecipientDecided(transaction.Filter, entry, reply, Stage.Data);
        if (!IsPositive(reply))
        {
            _observer.Refused(facts, reply);
        }

        if (transaction.UndecidedCount == 0)
        {
            var closing = answers.Closing;
            TellOfMessage(transaction, answers.Whole!, now);
            _state = SessionState.Greeted;
            ReleaseTransaction();
            CloseIfAsked(closing);
            StopIfAsked(output);
        }
    }

    private void TellOfMessage(MailTransaction transaction, Reply reply, in Moment now) => _observer.MessageEnded(new MessageFacts
    {
        TransactionId = transaction.Id,
        ClientAddress = _clientAddress,
        User = _user,
        Sender = transaction.Sender,
        Outcome = reply.Outcome,
        Code = reply.Code,
        Recipients = transaction.AcceptedCount,
        Size = transaction.Size,
        TransactionTime = TimeSpan.FromMilliseconds(now.Milliseconds - transaction.StartedAt),
        DataTime = TimeSpan.FromMilliseconds(now.Milliseconds - transaction.DataStartedAt),
    });

    private Reply EndReply(MailTransaction transaction, in SessionFacts facts) =>
        IsTooBig(transaction)
            ? StandardReplies.MessageTooBig
            : transaction.KeptReply ?? transaction.Filter.Answer(facts).Reply ?? StandardReplies.MessageAccepted;

    private protected bool IsTooBig(MailTransaction transaction) =>
        _profile.Options.MaxMessageSize is > 0 and var limit && transaction.Size > limit;

    private protected void AbandonTransaction()
    {
        if (_transaction is { } transaction)
        {
            _observer.TransactionAbandoned(transaction.UndecidedCount);
            ReleaseTransaction();
        }
    }

    private void ReleaseTransaction()
    {
        if (_transaction is { } transaction)
        {
            _transaction = null;
            MailTransactionPool.Return(transaction);
        }
    }

    // The end of AUTH.
    private protected void EndAuth(AuthMechanism mechanism, byte[] user, AuthResult result, FixedReply reply, ReplyBuffer output)
    {
        _observer.Authenticated(new AuthenticationFacts { ClientAddress = _clientAddress, Mechanism = mechanism, User = user, Result = result });
        if (result == AuthResult.Accepted)
        {
            _user = user;
            Say(reply, output);
        }
        else
        {
            Fail(reply, output);
        }
    }

    private protected static FixedReply ReplyTo(AuthResult result) => result switch
    {
        AuthResult.Accepted => StandardReplies.Authenticated,
        AuthResult.Refused => StandardReplies.AuthRefused,
        AuthResult.TempFail => StandardReplies.AuthTempFail,
        _ => StandardReplies.BadAuthMessage,
    };
}
