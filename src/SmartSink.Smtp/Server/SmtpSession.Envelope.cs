using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>The envelope: MAIL, RCPT, RSET.</content>
public sealed partial class SmtpSession
{
    // The octets of "FROM:" and "TO:", after which no space is allowed (RFC 5321 section 3.3).
    private const int MailWord = 5;
    private const int RcptWord = 3;

    private void Mail(Command command, ReplyBuffer output, in Moment now)
    {
        if (_state != SessionState.Greeted)
        {
            Fail(HelloFirst, output);
            return;
        }

        if (_transaction is not null)
        {
            Fail(StandardReplies.NestedMail, output);
            return;
        }

        var limits = _profile.Options;
        if (limits.Auth.Mode == AuthMode.Required && !IsAuthenticated)
        {
            Fail(StandardReplies.AuthRequired, output);
            return;
        }

        if (limits.MaxMessages > 0 && _messages >= limits.MaxMessages)
        {
            Say(StandardReplies.TooManyMessages, output);
            End(SessionEndReason.TooManyMessages);
            return;
        }

        Span<byte> scratch = stackalloc byte[DomainName.MaxLength];
        var error = MailArguments.Parse(command.Argument, Offered, limits.Strict, scratch, out var arguments);
        if (error != SyntaxError.None)
        {
            Fail(ReplyTo(error, Verb.Mail), output);
        }
        else if (arguments.Path.IsInternational && !arguments.IsUtf8)
        {
            Fail(StandardReplies.SenderNeedsUtf8, output);
        }
        else if (arguments.RequiresTls && !_isTls)
        {
            Fail(StandardReplies.RequireTlsInClear, output);
        }
        else if (limits.MaxMessageSize > 0 && arguments.Size > limits.MaxMessageSize)
        {
            Fail(StandardReplies.MessageTooBig, output);
        }
        else if (JudgeSender(arguments.Path.Mailbox, arguments.Path.Domain, output, now))
        {
            var transaction = _transaction!;
            transaction.IsUtf8 = arguments.IsUtf8;
            transaction.IsBinary = arguments.IsBinary;
            transaction.IsEightBit = arguments.IsEightBit;
            transaction.DeclaredSize = arguments.Size;
            _faults |= (arguments.IsLoose || command.Argument[MailWord] == ' ' ? ProtocolFaults.LooseAddress : ProtocolFaults.None)
                | (arguments.Size == 0 && (Offered & SmtpExtensions.Size) != SmtpExtensions.None ? ProtocolFaults.SizeUnsaid : ProtocolFaults.None);
        }
    }

    private void Rcpt(Command command, ReplyBuffer output, in Moment now)
    {
        if (_transaction is not { } transaction)
        {
            AskForMail(output);
            return;
        }

        if (transaction.IsChunked)
        {
            Fail(StandardReplies.MessageBegun, output);
            return;
        }

        Span<byte> domain = stackalloc byte[DomainName.MaxLength];
        var error = RcptArguments.Parse(command.Argument, Offered, transaction.IsUtf8, _profile.Options.Strict, domain, out var arguments);
        if (error != SyntaxError.None)
        {
            transaction.HasRefused = true;
            Fail(ReplyTo(error, Verb.Rcpt), output);
        }
        else
        {
            var path = arguments.Path;
            _faults |= arguments.IsLoose || command.Argument[RcptWord] == ' ' ? ProtocolFaults.LooseAddress : ProtocolFaults.None;
            Span<byte> localPart = stackalloc byte[path.LocalPart.Length];
            var facts = Facts(Stage.Rcpt, now, path.Mailbox, LocalPart.Unquote(path.LocalPart, localPart), path.NormalizedDomain, arguments.IsLoose);
            if (path.IsInternational && !transaction.IsUtf8)
            {
                RefuseRecipient(transaction, StandardReplies.RecipientNeedsUtf8, facts, output);
            }
            else
            {
                JudgeRecipient(transaction, facts, output);
            }
        }
    }

    // What a client pipelined after a MAIL that was then refused is not the client's error (RFC 2920 section 3.1).
    private void AskForMail(ReplyBuffer output)
    {
        if (_state == SessionState.Greeted && _isMailRefused)
        {
            Say(StandardReplies.MailFirst, output);
        }
        else
        {
            Fail(_state == SessionState.Greeted ? StandardReplies.MailFirst : HelloFirst, output);
        }
    }

    private void Reset(Command command, ReplyBuffer output)
    {
        if (command.Error != SyntaxError.None)
        {
            Fail(StandardReplies.NoArgumentAllowed, output);
            return;
        }

        AbandonTransaction();
        _observer.Noted(ClientAct.Reset, _number);
        Say(StandardReplies.Ok, output);
        StopIfAsked(output);
    }

    private static FixedReply ReplyTo(SyntaxError error, Verb verb) => error switch
    {
        SyntaxError.BadAddress => verb == Verb.Mail ? StandardReplies.BadSender : StandardReplies.BadRecipient,
        SyntaxError.UnknownParameter => StandardReplies.UnknownParameter,
        SyntaxError.BadParameter => StandardReplies.BadParameter,
        SyntaxError.RepeatedParameter => StandardReplies.RepeatedParameter,
        _ => verb == Verb.Mail ? StandardReplies.MailSyntax : StandardReplies.RcptSyntax,
    };
}
