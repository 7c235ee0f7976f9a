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
}
