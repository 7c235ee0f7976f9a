using SmartSink.Smtp.Commands;
using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Server;

/// <content>XCLIENT (Postfix' XCLIENT_README): a proxy or filter says for whom it speaks, and the dialog starts anew with a greeting.</content>
public sealed partial class SmtpSession
{
    private void Xclient(Command command, ReplyBuffer output, in Moment now)
    {
        Span<byte> helo = stackalloc byte[XclientArguments.MaxValueLength];
        if (!Knows(SmtpExtensions.Xclient))
        {
            Fail(StandardReplies.XclientNotAllowed, output);
        }
        else if (_transaction is not null)
        {
            Fail(StandardReplies.XclientInTransaction, output);
        }
        else if (XclientArguments.Parse(command.Argument, helo, out var arguments) is var error && error != SyntaxError.None)
        {
            Fail(ReplyToXclient(error), output);
        }
        else
        {
            _observer.ClientIntroduced(Facts(Stage.Connect, now), command.Argument);
            _clientAddress = Unmap(arguments.Address) ?? _clientAddress;
            _destination = arguments.HasDestination ? Unmap(arguments.Destination) : _destination;
            _helo = arguments.Helo.ToArray();
            _isExtended = false;
            _auth = null;
            Greet(output, now);
            StopIfAsked(output);
        }
    }

    private static FixedReply ReplyToXclient(SyntaxError error) => error switch
    {
        SyntaxError.UnknownParameter => StandardReplies.UnknownXclientAttribute,
        SyntaxError.BadParameter => StandardReplies.BadXclientValue,
        _ => StandardReplies.XclientSyntax,
    };
}
