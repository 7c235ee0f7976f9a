using System.Net;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>A session that reads the commands itself. It allocates nothing per command after the first transaction.</summary>
public sealed partial class SmtpSession : MailSession
{
    // Whether MAIL was refused: what was pipelined behind it may be on its way still, and must not count as errors.
    private bool _isMailRefused;
    private AuthExchange? _auth;

    // A refused line whose rest is being thrown away.
    private LineSkip _skip;
    private int _skipped;

    /// <summary>Starts a dialog.</summary>
    /// <param name="options">Names and limits, shared.</param>
    /// <param name="filters">The rules.</param>
    /// <param name="observer">Who counts and logs; shared.</param>
    /// <param name="clientAddress">The client's address; IPv4-mapped addresses are unmapped.</param>
    public SmtpSession(SmtpSessionOptions options, IMailboxFilterSource filters, ISessionObserver observer, IPAddress? clientAddress)
        : base(options, filters, observer, clientAddress)
    {
    }

    private protected override int Take(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
    {
        if (_skip != LineSkip.None)
        {
            return SkipLine(input, output);
        }

        var taken = IsScanning ? TakeData(input, output, now) : IsInChunk ? TakeChunk(input, output, now) : TakeLine(input, output, now);
        if (taken > 0)
        {
            // A part of a line is nothing heard, nor is the rest of a refused one: RFC 5321 section 4.5.3.2.7 gives a time for a command.
            _lastHeard = now.Milliseconds;
        }

        return taken;
    }

    private void Execute(Command command, ReplyBuffer output, in Moment now)
    {
        if (_state == SessionState.Refused && command.Verb is not (Verb.Quit or Verb.Bdat) && !(command.Verb == Verb.Xclient && Knows(SmtpExtensions.Xclient)))
        {
            Fail(command.Verb is Verb.Ehlo or Verb.Helo or Verb.Lhlo ? StandardReplies.HelloRefused : StandardReplies.ServiceRefused, output);
            return;
        }

        switch (command.Verb)
        {
            case Verb.Mail or Verb.Rcpt or Verb.Data or Verb.Rset or Verb.Vrfy or Verb.Expn or Verb.Help or Verb.Auth when NeedsTls:
                Fail(StandardReplies.TlsFirst, output);
                break;
            case Verb.Mail:
                Mail(command, output, now);
                break;
            case Verb.Rcpt:
                Rcpt(command, output, now);
                break;
            case Verb.Data:
                Data(command, output, now);
                break;
            case Verb.Bdat:
                Bdat(command, output, now);
                break;
            case Verb.Ehlo or Verb.Helo or Verb.Lhlo:
                Hello(command, output, now);
                break;
            case Verb.StartTls:
                StartTls(command, output);
                break;
            case Verb.Auth:
                Auth(command, output);
                break;
            case Verb.Xclient:
                Xclient(command, output, now);
                break;
            case Verb.Quit:
                Quit(command, output);
                break;
            case Verb.Rset:
                Reset(command, output);
                break;
            case Verb.Noop:
                Say(StandardReplies.Ok, output);
                break;
            case Verb.Help when Knows(SmtpExtensions.Help):
                Say(StandardReplies.Help, output);
                break;
            case Verb.Vrfy:
                Verify(command, output);
                break;
            case Verb.Expn or Verb.Help or Verb.NotImplemented:
                Fail(StandardReplies.NotImplemented, output);
                break;
            case Verb.Http:
                Say(StandardReplies.NotSmtp, output);
                End(SessionEndReason.NotSmtp);
                break;
            default:
                Fail(StandardReplies.UnknownCommand, output);
                break;
        }

        _isMailRefused = command.Verb switch
        {
            Verb.Mail => _transaction is null,
            Verb.Rcpt or Verb.Bdat => _isMailRefused,
            _ => false,
        };
    }
}
