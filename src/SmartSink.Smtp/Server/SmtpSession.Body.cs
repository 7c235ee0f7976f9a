using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>The message itself: DATA, the octets, and the reply at their end, which is that of BDAT, too.</content>
public sealed partial class SmtpSession
{
    private void Data(Command command, ReplyBuffer output, in Moment now)
    {
        if (_transaction is not { } transaction)
        {
            AskForMail(output);
        }
        else if (command.Error != SyntaxError.None)
        {
            Fail(StandardReplies.NoArgumentAllowed, output);
        }
        else if (transaction.AcceptedCount == 0)
        {
            Fail(NoRecipients(transaction), output);
        }
        else if (transaction.IsChunked)
        {
            Fail(StandardReplies.MessageBegun, output);
        }
        else if (transaction.IsBinary)
        {
            Fail(StandardReplies.BinaryNeedsBdat, output);
        }
        else
        {
            transaction.BeginData(now.Milliseconds);
            _state = SessionState.Data;
            Say(StandardReplies.SendData, output);
        }
    }

    // RFC 5321 section 3.3 leaves the choice; RFC 2920 section 3.1 asks that DATA fail when no recipient is left, and RFC 2033
    // section 4.2 for the code.
    private FixedReply NoRecipients(MailTransaction transaction) =>
        !transaction.HasRefused ? StandardReplies.RcptFirst
        : IsLmtp ? StandardReplies.NoRecipientLeft
        : StandardReplies.NoValidRecipients;

    private int TakeData(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
    {
        var transaction = _transaction!;
        if (transaction.Scanner.Scan(input, out var consumed))
        {
            _state = SessionState.Greeted;
            _messages++;
            EndMessage(transaction, each: IsLmtp, output, now);
        }

        return consumed;
    }

    // Each recipient gets a reply of its own in LMTP, in the order in which they were accepted (RFC 2033 section 4.2).
    private void EndMessage(MailTransaction transaction, bool each, ReplyBuffer output, in Moment now)
    {
        var facts = EndFacts(transaction.Decider, now);
        var reply = EndReply(transaction, facts);
        var closing = reply;
        if (each)
        {
            reply = AnswerEach(transaction, reply, output, now, out closing);
        }
        else
        {
            AnswerTogether(transaction, reply, facts, output);
        }

        _observer.MessageEnded(new MessageFacts
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
        if (!each && !IsPositive(reply))
        {
            _observer.Refused(facts, reply);
        }

        ReleaseTransaction();
        CloseIfAsked(closing);
        StopIfAsked(output);
    }

    private void AnswerTogether(MailTransaction transaction, Reply reply, in SessionFacts facts, ReplyBuffer output)
    {
        Say(reply, facts, output);
        foreach (var entry in transaction.Accepted)
        {
            _observer.RecipientDecided(transaction.Filter, entry, reply.Outcome, Stage.Data);
        }
    }

    // Returns the reply that stands for the message as a whole: of a recipient that it was taken for, if there is one.
    private Reply AnswerEach(MailTransaction transaction, Reply common, ReplyBuffer output, in Moment now, out Reply? closing)
    {
        var answers = IsTooBig(transaction) ? null : transaction.Answers;
        var at = 0;
        Reply? whole = null;
        closing = null;
        for (var index = 0; index < transaction.AcceptedCount; index++)
        {
            KeptRecipient? recipient = null;
            var reply = answers?.Next(ref at, index, out recipient) ?? common;
            var facts = EndFacts(recipient, now);
            Say(reply, facts, output);
            _observer.RecipientDecided(transaction.Filter, transaction.Accepted[index], reply.Outcome, Stage.Data);
            if (!IsPositive(reply))
            {
                _observer.Refused(facts, reply);
            }

            closing = reply.Closes ? reply : closing;
            whole = whole is null || (IsPositive(reply) && !IsPositive(whole)) ? reply : whole;
        }

        return whole!;
    }

    private Reply EndReply(MailTransaction transaction, in SessionFacts facts) =>
        IsTooBig(transaction)
            ? StandardReplies.MessageTooBig
            : transaction.KeptReply ?? transaction.Filter.Answer(facts).Reply ?? StandardReplies.MessageAccepted;

    private bool IsTooBig(MailTransaction transaction) =>
        _profile.Options.MaxMessageSize is > 0 and var limit && transaction.Size > limit;
}
