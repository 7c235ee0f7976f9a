using System.Net;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>A session that reads the commands itself. It allocates nothing per command after the first transaction.</summary>
/// <remarks>
/// Only CRLF ends a line. One that holds another control octet, a bare CR or LF among them, is answered once, at once, and thrown away up to
/// its CRLF, so that nothing behind a bare LF is ever taken for a command.
/// </remarks>
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

    private bool IsAuthenticating => _state == SessionState.Authenticating;

    // A line is judged by its octets in their order, never by how many arrived together: any split of the input gives the same replies.
    private int TakeLine(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
    {
        var end = input.IndexOfAny(CommandLine.ControlBytes);
        var length = end < 0 ? input.Length : end;
        if (_state == SessionState.Connected && (input[0] >= 0x80 || (end == 0 && input[0] is not ((byte)'\r' or (byte)'\n'))))
        {
            // A TLS hello begins with 16 03, and no command begins with a control octet.
            Say(StandardReplies.NotSmtp, output);
            End(SessionEndReason.NotSmtp);
            return 1;
        }

        if (length > CommandLine.MaxLength - 2 && length > LimitOf(input) - 2)
        {
            return Refuse(LimitOf(input) == CommandLine.MaxAuthLength ? StandardReplies.AuthLineTooLong : StandardReplies.LineTooLong, LimitOf(input) - 1, output);
        }

        if (end < 0 || (input[end] == '\r' && end + 1 == input.Length))
        {
            return 0;
        }

        if (input[end] != '\r' || input[end + 1] != '\n')
        {
            return Refuse(input[end] == '\n' ? StandardReplies.BareLineFeed : StandardReplies.ControlCharacter, end + 1, output);
        }

        if (IsAuthenticating)
        {
            TakeResponse(input[..end], output);
        }
        else
        {
            Execute(CommandParser.Parse(input[..end]), output, now);
        }

        return end + 2;
    }

    private int LimitOf(ReadOnlySpan<byte> start) => IsAuthenticating ? CommandLine.MaxAuthLength : CommandLine.LimitOf(start);

    // Takes the octets up to the one that decided.
    private int Refuse(FixedReply reply, int length, ReplyBuffer output)
    {
        if (IsAuthenticating)
        {
            _auth!.End(AuthResult.Malformed);
            EndAuth(_auth, reply, output);
        }
        else
        {
            Fail(reply, output);
        }

        _skip = LineSkip.Inside;
        _skipped = length;
        return length;
    }

    private int SkipLine(ReadOnlySpan<byte> input, ReplyBuffer output)
    {
        var length = 0;
        while (length < input.Length && _skip != LineSkip.None)
        {
            length += SkipTo(input[length..]);
        }

        _skipped += length;
        if (_skipped > CommandLine.EndlessLength)
        {
            Say(StandardReplies.EndlessLine, output);
            End(SessionEndReason.LineTooLong);
        }

        return length;
    }

    // One stretch: up to and with a CR, or the one octet behind it.
    private int SkipTo(ReadOnlySpan<byte> input)
    {
        if (_skip == LineSkip.AfterCr)
        {
            _skip = input[0] switch { (byte)'\n' => LineSkip.None, (byte)'\r' => LineSkip.AfterCr, _ => LineSkip.Inside };
            return 1;
        }

        var end = input.IndexOf((byte)'\r');
        if (end < 0)
        {
            return input.Length;
        }

        _skip = LineSkip.AfterCr;
        return end + 1;
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

// Whether the rest of a refused line is being thrown away, up to its CRLF.
internal enum LineSkip : byte
{
    None,
    Inside,
    AfterCr,
}
