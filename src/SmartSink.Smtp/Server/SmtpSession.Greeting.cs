using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>EHLO and HELO, or LHLO in their place, and the commands that need neither.</content>
public sealed partial class SmtpSession
{
    private void Hello(Command command, ReplyBuffer output, in Moment now)
    {
        if (IsLmtp != (command.Verb == Verb.Lhlo))
        {
            Fail(IsLmtp ? StandardReplies.NotLmtp : StandardReplies.UnknownCommand, output);
            return;
        }

        if (command.Error != SyntaxError.None)
        {
            Fail(StandardReplies.HelloNeedsName, output);
            return;
        }

        TakeHello(command.Argument, isExtended: command.Verb != Verb.Helo, output, now);
        StopIfAsked(output);
    }

    private void Verify(Command command, ReplyBuffer output)
    {
        if (command.Error == SyntaxError.None)
        {
            Say(StandardReplies.NotVerified, output);
        }
        else
        {
            Fail(StandardReplies.ArgumentNeeded, output);
        }
    }

    private void Quit(Command command, ReplyBuffer output)
    {
        if (command.Error != SyntaxError.None)
        {
            Fail(StandardReplies.NoArgumentAllowed, output);
            return;
        }

        Say(_profile.Bye, output);
        End(SessionEndReason.Quit);
    }
}
