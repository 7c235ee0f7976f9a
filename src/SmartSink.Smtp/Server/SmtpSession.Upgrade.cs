using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>
/// What makes the dialog start anew: STARTTLS (RFC 3207), TLS from the start (RFC 8314), and XCLIENT (Postfix's
/// XCLIENT_README), with which a proxy or filter says on whose behalf it speaks. What one XCLIENT said holds until another says
/// otherwise, since the lines are short and several may be needed.
/// </content>
public sealed partial class SmtpSession
{
    private void StartTls(Command command, ReplyBuffer output)
    {
        if (_isTls)
        {
            Fail(StandardReplies.TlsActive, output);
        }
        else if (!CanStartTls)
        {
            Fail(StandardReplies.NotImplemented, output);
        }
        else if (command.Error != SyntaxError.None)
        {
            Fail(StandardReplies.NoArgumentAllowed, output);
        }
        else if (!_isExtended)
        {
            Fail(EhloFirst, output);
        }
        else if (_transaction is not null)
        {
            Fail(StandardReplies.TlsInTransaction, output);
        }
        else if (StartTlsDenial == StartTlsDenial.Unavailable)
        {
            RefuseTls(output);
        }
        else
        {
            Say(StandardReplies.ReadyForTls, output);
            _state = SessionState.Upgrading;
        }
    }

    private void Xclient(Command command, ReplyBuffer output, in Moment now)
    {
        Span<byte> scratch = stackalloc byte[XclientArguments.ScratchLength];
        if (!Knows(SmtpExtensions.Xclient))
        {
            Fail(StandardReplies.XclientNotAllowed, output);
        }
        else if (_transaction is not null)
        {
            Fail(StandardReplies.XclientInTransaction, output);
        }
        else if (XclientArguments.Parse(command.Argument, scratch, out var arguments) is var error && error != SyntaxError.None)
        {
            Fail(ReplyToXclient(error), output);
        }
        else
        {
            _observer.ClientIntroduced(_connectedAddress, command.Argument);
            TakeOver(arguments);
            Greet(output, now);
            StopIfAsked(output);
        }
    }

    private void TakeOver(XclientArguments arguments)
    {
        _clientAddress = arguments.HasAddress ? Unmap(arguments.Address) ?? _connectedAddress : _clientAddress;
        _destination = arguments.HasDestination ? Unmap(arguments.Destination) : _destination;
        _login = arguments switch { { HasLogin: false } => _login, { Login.IsEmpty: true } => null, _ => arguments.Login.ToArray() };
        _user = _login;

        // Before EHLO the name is the one that XCLIENT gave; after it, the name belongs to the dialog that is over.
        _helo = arguments.HasHelo ? arguments.Helo.ToArray() : _state == SessionState.Greeted ? [] : _helo;
        _isExtended = false;
    }

    private static FixedReply ReplyToXclient(SyntaxError error) => error switch
    {
        SyntaxError.UnknownParameter => StandardReplies.UnknownXclientAttribute,
        SyntaxError.BadParameter => StandardReplies.BadXclientValue,
        _ => StandardReplies.XclientSyntax,
    };
}
