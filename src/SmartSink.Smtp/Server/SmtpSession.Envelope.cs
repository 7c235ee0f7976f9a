using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>The envelope: MAIL, RCPT, RSET.</content>
public sealed partial class SmtpSession
{
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
        var error = MailArguments.Parse(command.Argument, Offered, scratch, out var arguments);
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
        else
        {
            BeginTransaction(arguments, output, now);
        }
    }

    private void BeginTransaction(MailArguments arguments, ReplyBuffer output, in Moment now)
    {
        var transaction = MailTransactionPool.Rent();
        transaction.Begin(_filters.Current, arguments, now.Milliseconds);
        _transaction = transaction;
        var reply = Answer(transaction.Filter, Facts(Stage.Mail, now), output, StandardReplies.SenderOk);
        if (!IsPositive(reply))
        {
            // No transaction has begun, so none is abandoned.
            ReleaseTransaction();
        }

        CloseIfAsked(reply);
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
        var error = RcptArguments.Parse(command.Argument, Offered, transaction.IsUtf8, domain, out var arguments);
        if (error != SyntaxError.None)
        {
            transaction.HasRefused = true;
            Fail(ReplyTo(error, Verb.Rcpt), output);
        }
        else
        {
            var path = arguments.Path;
            Span<byte> localPart = stackalloc byte[path.LocalPart.Length];
            var facts = Facts(Stage.Rcpt, now, path.Mailbox, LocalPart.Unquote(path.LocalPart, localPart), path.NormalizedDomain);
            if (path.IsInternational && !transaction.IsUtf8)
            {
                RefuseRecipient(transaction, StandardReplies.RecipientNeedsUtf8, facts, output);
            }
            else if (transaction.AcceptedCount >= _profile.Options.MaxRecipients)
            {
                RefuseRecipient(transaction, StandardReplies.TooManyRecipients, facts, output);
            }
            else
            {
                Judge(transaction, facts, output);
            }
        }
    }

    // What a client pipelined behind a MAIL that was then refused is no error of it (RFC 2920 section 3.1).
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

    private void Judge(MailTransaction transaction, in SessionFacts facts, ReplyBuffer output)
    {
        var answer = transaction.Filter.Answer(facts);
        if (answer.Reply is { } now && answer.ReplyStage != Stage.Data && !IsPositive(now))
        {
            RefuseRecipient(transaction, answer.Entry, now, facts, output);
            return;
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
    }

    // By the session itself, without asking the filter: it counts under its domain's entry all the same.
    private void RefuseRecipient(MailTransaction transaction, FixedReply reply, in SessionFacts facts, ReplyBuffer output) =>
        RefuseRecipient(transaction, transaction.Filter.EntryOf(facts.Domain), reply, facts, output);

    private void RefuseRecipient(MailTransaction transaction, int entry, Reply reply, in SessionFacts facts, ReplyBuffer output)
    {
        transaction.HasRefused = true;
        Say(reply, facts, output);
        _observer.RecipientDecided(transaction.Filter, entry, reply.Outcome, Stage.Rcpt);
        _observer.Refused(facts, reply);
        CloseIfAsked(reply);
    }

    private void Reset(Command command, ReplyBuffer output)
    {
        if (command.Error != SyntaxError.None)
        {
            Fail(StandardReplies.NoArgumentAllowed, output);
            return;
        }

        AbandonTransaction();
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

    private void AbandonTransaction()
    {
        if (_transaction is { } transaction)
        {
            _observer.TransactionAbandoned(transaction.AcceptedCount);
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
}
