using SmartSink.Smtp.Commands;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <content>The message itself: DATA, the octets, and the reply at their end, which is that of BDAT, too.</content>
public sealed partial class SmtpSession
{
    private void Data(Command command, ReplyBuffer output, in Moment now)
    {
        if (_transaction is not { } transaction)
        {
            Fail(_state == DialogState.Greeted ? StandardReplies.MailFirst : StandardReplies.HelloFirst, output);
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
            _state = DialogState.Data;
            Say(StandardReplies.SendData, output);
        }
    }

    // RFC 5321 section 3.3 leaves the choice; RFC 2920 section 3.1 asks that DATA fail when no recipient is left.
    private static FixedReply NoRecipients(MailTransaction transaction) =>
        transaction.HasRefused ? StandardReplies.NoValidRecipients : StandardReplies.RcptFirst;

    private int TakeData(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
    {
        var transaction = _transaction!;
        if (transaction.Scanner.Scan(input, out var consumed))
        {
            _state = DialogState.Greeted;
            _messages++;
            EndMessage(transaction, output, now);
        }

        return consumed;
    }

    private void EndMessage(MailTransaction transaction, ReplyBuffer output, in Moment now)
    {
        var facts = EndFacts(transaction, now);
        var reply = EndReply(transaction, facts);
        Say(reply, facts, output);
        foreach (var entry in transaction.Accepted)
        {
            _observer.RecipientDecided(transaction.Filter, entry, reply.Outcome, Stage.Data);
        }

        _observer.MessageEnded(new MessageFacts
        {
            TransactionId = transaction.Id,
            Sender = transaction.Sender,
            Outcome = reply.Outcome,
            Code = reply.Code,
            Recipients = transaction.AcceptedCount,
            Size = transaction.Size,
            TransactionTime = TimeSpan.FromMilliseconds(now.Milliseconds - transaction.StartedAt),
            DataTime = TimeSpan.FromMilliseconds(now.Milliseconds - transaction.DataStartedAt),
        });
        if (!IsPositive(reply))
        {
            _observer.Refused(facts, reply);
        }

        ReleaseTransaction();
        CloseIfAsked(reply);
        StopIfAsked(output);
    }

    private Reply EndReply(MailTransaction transaction, in DialogFacts facts) =>
        IsTooBig(transaction)
            ? StandardReplies.MessageTooBig
            : transaction.KeptReply ?? transaction.Filter.Answer(facts).Reply ?? StandardReplies.MessageAccepted;

    private bool IsTooBig(MailTransaction transaction) =>
        _profile.Options.MaxMessageSize is > 0 and var limit && transaction.Size > limit;
}
