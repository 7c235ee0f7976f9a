using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>
/// Judging: asks the rules about a sender, recipient or message, writes the answer and reports it to the observer. This is the only place
/// that does so, whoever read the command.
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

    private protected void TellOfFaults(in Moment now)
    {
        if (_faults != ProtocolFaults.None)
        {
            var facts = new SessionFacts { Connection = _number, ClientAddress = _clientAddress, User = _user, Helo = _helo, IsTls = _isTls, Now = now };
            _observer.Misspoke(_faults, facts);
            _faults = ProtocolFaults.None;
        }
    }

    // The client's fault to which the protocol replies; none where the fault may merely follow from an earlier refusal.
    private static ProtocolFaults FaultOf(FixedReply reply) => reply.Code switch
    {
        500 when reply == StandardReplies.LineTooLong || reply == StandardReplies.AuthLineTooLong => ProtocolFaults.LongLine,
        500 when reply == StandardReplies.BareLineFeed || reply == StandardReplies.BareCarriageReturn => ProtocolFaults.BareLineEnd,
        500 when reply == StandardReplies.BehindBareEnd => ProtocolFaults.None,
        501 when reply == StandardReplies.AuthCancelled => ProtocolFaults.None,
        503 when reply == StandardReplies.NoRecipientLeft => ProtocolFaults.None,
        500 when reply == StandardReplies.ControlCharacter => ProtocolFaults.BadSyntax,
        500 => ProtocolFaults.UnknownCommand,
        501 or 504 or 555 => ProtocolFaults.BadSyntax,
        503 => ProtocolFaults.BadSequence,
        _ => ProtocolFaults.None,
    };

    // A refusal by the protocol: the error that exceeds the limit is answered 421 instead.
    private protected void Fail(FixedReply reply, ReplyBuffer output)
    {
        _faults |= FaultOf(reply);
        var limit = _profile.Options.MaxErrors;
        if (limit > 0 && reply.Code is (>= 500 and <= 504) or 535 or 555 && ++_errors > limit)
        {
            Say(StandardReplies.TooManyErrors, output);
            End(SessionEndReason.TooManyErrors);
            return;
        }

        Say(reply, output);
    }

    // Asks the filter, and writes its reply or the protocol's own; null when there is to be no reply. The caller acts on the reply.
    private protected Reply? Answer(IMailboxFilter filter, in SessionFacts facts, ReplyBuffer output, FixedReply positive)
    {
        var answer = filter.Answer(facts);
        var goesOtherwise = GoesOtherwise(answer);
        if (goesOtherwise && IsSilent(answer.Fault))
        {
            Withhold(answer.Delay, answer.Fault, facts.Now);
            return null;
        }

        var start = output.Length;
        var reply = answer.Reply ?? positive;
        Say(reply, facts, output);
        if (!IsPositive(reply))
        {
            _observer.ClientRefused(filter, answer.Entry, reply);
            _observer.Refused(filter, answer.Entry, facts, reply);
        }

        if (goesOtherwise)
        {
            Hold(reply, start, answer.Delay, answer.Fault, output, facts.Now);
        }

        return reply;
    }

    private protected static bool IsPositive(Reply reply) => reply.Outcome == Outcome.Accepted;

    // The recipient is the one of RCPT; at end of data, one whose reply was kept, if there is any.
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

    // MAIL: begins a transaction with the rules in force, unless they refuse it. The domain is the last part of the sender.
    private protected bool JudgeSender(ReadOnlySpan<byte> sender, ReadOnlySpan<byte> domain, ReplyBuffer output, in Moment now)
    {
        var transaction = MailTransactionPool.Rent();
        transaction.Begin(_filters.Current, sender, domain.Length, now);
        _transaction = transaction;
        var facts = Facts(Stage.Mail, now);
        var reply = Answer(transaction.Filter, facts, output, StandardReplies.SenderOk);
        if (reply is null || !IsPositive(reply))
        {
            // No transaction has begun, so none is reported as abandoned.
            ReleaseTransaction();
        }
        else
        {
            _observer.TransactionBegan(facts, (Offered & SmtpExtensions.StartTls) != SmtpExtensions.None);
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
        if (answer.Drawn is { } drawn)
        {
            _observer.RecipientDrawn(transaction.Filter, answer.Entry, drawn);
        }

        var goesOtherwise = GoesOtherwise(answer);
        if (goesOtherwise && IsSilent(answer.Fault))
        {
            Withhold(answer.Delay, answer.Fault, facts.Now);
            return false;
        }

        var start = output.Length;
        var isKept = answer.Reply is not null && answer.ReplyStage == Stage.Data;
        var reply = isKept ? StandardReplies.RecipientOk : answer.Reply ?? StandardReplies.RecipientOk;
        var isAccepted = IsPositive(reply);
        if (isAccepted)
        {
            if (transaction.AcceptedCount == 0)
            {
                transaction.Keep(_observer.Wants(facts.Now));
            }

            transaction.Accept(answer, facts);
            if (isKept)
            {
                transaction.Keep(answer.Reply!, facts, each: IsLmtp);
            }

            Say(reply, facts, output);
            _observer.RecipientTaken(transaction.Filter, answer.Entry, facts, isKept ? answer.Reply : null);
            CloseIfAsked(reply);
        }
        else
        {
            RefuseRecipient(transaction, answer.Entry, reply, facts, output);
        }

        if (goesOtherwise)
        {
            Hold(reply, start, answer.Delay, answer.Fault, output, facts.Now);
        }

        return isAccepted;
    }

    // Refused by the session itself, without asking the filter; still counted under the domain's entry.
    private protected void RefuseRecipient(MailTransaction transaction, FixedReply reply, in SessionFacts facts, ReplyBuffer output) =>
        RefuseRecipient(transaction, transaction.Filter.EntryOf(facts.Domain), reply, facts, output);

    private void RefuseRecipient(MailTransaction transaction, int entry, Reply reply, in SessionFacts facts, ReplyBuffer output)
    {
        transaction.HasRefused = true;
        Say(reply, facts, output);
        _observer.RecipientDecided(transaction.Filter, entry, reply, facts);
        _observer.Refused(transaction.Filter, entry, facts, reply);
        CloseIfAsked(reply);
    }

    // With LMTP each recipient gets its own reply, in the order in which they were accepted (RFC 2033 section 4.2).
    private protected void EndMessage(MailTransaction transaction, bool each, ReplyBuffer output, in Moment now)
    {
        transaction.EndReading();
        _faults |= transaction.Faults;
        var facts = EndFacts(transaction.Decider, now);
        var reply = EndReply(transaction, facts);
        var (delay, fault) = (transaction.EndDelay, transaction.EndFault);
        if (IsSilent(fault))
        {
            Withhold(delay, fault, now);
            return;
        }

        if (each)
        {
            transaction.Answers.Begin(reply, toAll: IsTooBig(transaction));
            _state = SessionState.Answering;
            if (delay > 0 && !_isStopping)
            {
                WaitUntil(now.Milliseconds + delay, AnswerFault.None);
            }

            return;
        }

        var start = output.Length;
        SayAtEnd(reply, facts, fault, output);
        foreach (var entry in transaction.Accepted)
        {
            _observer.RecipientDecided(transaction.Filter, entry, reply, facts);
        }

        if (IsPositive(reply))
        {
            for (var wanted = 0; wanted < transaction.WantedCount; wanted++)
            {
                TellOfDelivery(transaction, wanted, now);
            }
        }

        transaction.FirstRecipients?.DecideAll(reply.Outcome);
        TellOfMessage(transaction, reply, now, _isStopping ? 0 : delay, fault);
        if (!IsPositive(reply))
        {
            var entry = facts.Domain.IsEmpty ? transaction.Accepted[0] : transaction.Filter.EntryOf(facts.Domain);
            _observer.Refused(transaction.Filter, entry, facts, reply);
        }

        ReleaseTransaction();
        CloseIfAsked(reply, fault);
        if (delay > 0 || fault != AnswerFault.None)
        {
            Hold(fault == AnswerFault.DropWithinReply ? null : reply, start, delay, fault, output, now);
        }

        StopIfAsked(output);
    }

    // One at a time: the replies may have to be sent in between, so that they do not pile up for a client that does not read.
    private void AnswerRecipient(MailTransaction transaction, ReplyBuffer output, in Moment now)
    {
        var answers = transaction.Answers;
        var index = answers.Count;
        var entry = transaction.Accepted[index];
        var reply = answers.Next(out var recipient);
        var facts = EndFacts(recipient, now);
        var isLast = transaction.Undecided.IsEmpty;
        var fault = transaction.EndFault;
        var start = output.Length;

        // With DropWithinReply, everything but the second half of the last reply is sent.
        SayAtEnd(reply, facts, fault == AnswerFault.DropWithinReply && !isLast ? AnswerFault.None : fault, output);
        _observer.RecipientDecided(transaction.Filter, entry, reply, facts);
        transaction.FirstRecipients?.Decide(index, reply.Outcome);
        if (!IsPositive(reply))
        {
            _observer.Refused(transaction.Filter, entry, facts, reply);
        }
        else if (transaction.FindWanted(index) is >= 0 and var wanted)
        {
            TellOfDelivery(transaction, wanted, now);
        }

        if (isLast)
        {
            var closing = answers.Closing;
            TellOfMessage(transaction, answers.Whole!, now, delay: 0, fault);
            _state = SessionState.Greeted;
            ReleaseTransaction();
            CloseIfAsked(closing, fault);
        }

        Hold(reply, start, 0, fault, output, now);
        if (isLast)
        {
            StopIfAsked(output);
        }
    }

    // Writes what a fault leaves of a reply; a reply that is withheld does not count as sent.
    private void SayAtEnd(Reply reply, in SessionFacts facts, AnswerFault fault, ReplyBuffer output)
    {
        if (fault is AnswerFault.DropBeforeReply or AnswerFault.DropWithinReply)
        {
            var start = output.Length;
            reply.WriteTo(output, facts);
            output.Cut(start + (fault == AnswerFault.DropBeforeReply ? 0 : (output.Length - start) / 2));
        }
        else
        {
            Say(reply, facts, output);
        }
    }

    private void CloseIfAsked(Reply? reply, AnswerFault fault)
    {
        if (fault >= AnswerFault.DropBeforeReply)
        {
            End(fault == AnswerFault.DropAfterReply ? SessionEndReason.PolicyClosed : SessionEndReason.Fault);
        }

        CloseIfAsked(reply);
    }

    private void TellOfDelivery(MailTransaction transaction, int wanted, in Moment now)
    {
        if (!transaction.MessageId.IsEmpty)
        {
            var recipient = transaction.Wanted(wanted, out var entry);
            transaction.Filter.MessageAccepted(new DeliveryFacts
            {
                MessageId = transaction.MessageId,
                Recipient = recipient,
                Entry = entry,
                ClientAddress = _clientAddress,
                TransactionId = transaction.Id,
                Now = now,
            });
        }
    }

    private void TellOfMessage(MailTransaction transaction, Reply reply, in Moment now, int delay, AnswerFault fault) => _observer.MessageEnded(new MessageFacts
    {
        Connection = _number,
        TransactionId = transaction.Id,
        ClientAddress = _clientAddress,
        User = _user,
        Sender = transaction.Sender,
        MessageId = transaction.MessageId,
        Run = transaction.Identity is { } run ? run.Run : default,
        ReturnedId = transaction.Identity is { } returned ? returned.ReturnedId : default,
        ReturnedRun = transaction.Identity is { } again ? again.ReturnedRun : default,
        IsReplyLost = fault is AnswerFault.DropBeforeReply or AnswerFault.DropWithinReply,
        Outcome = reply.Outcome,
        Code = reply.Code,
        Recipients = transaction.AcceptedCount,
        Details = transaction.Details,
        Filter = transaction.Filter,
        FirstRecipients = transaction.FirstRecipients,
        Header = transaction.Header,
        Size = transaction.Size,
        Now = now,
        TransactionTime = new TimeSpan(now.Ticks + (delay * TimeSpan.TicksPerMillisecond) - transaction.StartedAt.Ticks),
        DataTime = new TimeSpan(now.Ticks + (delay * TimeSpan.TicksPerMillisecond) - transaction.DataStartedAt.Ticks),
    });

    private Reply EndReply(MailTransaction transaction, in SessionFacts facts)
    {
        if (IsTooBig(transaction))
        {
            return StandardReplies.MessageTooBig;
        }

        if (transaction.KeptReply is { } kept)
        {
            return kept;
        }

        var answer = transaction.Filter.Answer(facts);
        if (GoesOtherwise(answer))
        {
            transaction.AddToEnd(answer.Delay, answer.Fault);
        }

        return answer.Reply ?? StandardReplies.MessageAccepted;
    }

    private protected bool IsTooBig(MailTransaction transaction) =>
        _profile.Options.MaxMessageSize is > 0 and var limit && transaction.Size > limit;

    private protected void AbandonTransaction()
    {
        if (_transaction is { } transaction)
        {
            _observer.TransactionAbandoned(transaction.Filter, transaction.Undecided, _number);
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
