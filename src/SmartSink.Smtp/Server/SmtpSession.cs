using System.Net;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>A session that reads the commands itself. It allocates nothing per command after the first transaction.</summary>
/// <remarks>
/// Only CRLF ends a line that is accepted. A line that ends with a bare CR or LF is refused, and so are the lines after it, up to and
/// including the first that ends with CRLF: to a strict reader they are all one line. Thus no part of it is ever taken for a command, and
/// yet a person at the other end gets an answer to each line and, after a few of them, the reason and a close. A line with another control
/// octet is answered at once, and the rest of it is thrown away.
/// </remarks>
public sealed partial class SmtpSession : MailSession
{
    // How many lines with a bare end are answered before the next one closes the connection.
    private const int MaxBareEnds = 3;

    // How long to wait for the LF after a CR, in milliseconds: a line that may still be completed is not answered.
    private const long LineFeedTimeout = 10_000;

    // Whether MAIL was refused: what was pipelined after it may still be on its way, and must not count as errors.
    private bool _isMailRefused;
    private AuthExchange? _auth;

    // A line that is being thrown away, and how many lines had an end other than CRLF.
    private LineSkip _skip;
    private bool _isBehindCr;
    private int _skipped;
    private int _bareEnds;

    /// <summary>Starts a dialog.</summary>
    /// <param name="options">Names and limits; shared.</param>
    /// <param name="filters">The rules.</param>
    /// <param name="observer">Receives what is to be counted and logged; shared.</param>
    /// <param name="clientAddress">The client's address; IPv4-mapped addresses are unmapped.</param>
    /// <param name="number">The connection's number, <see cref="SessionFacts.Connection"/>:
    /// different for each dialog of one source of filters.</param>
    public SmtpSession(SmtpSessionOptions options, IMailboxFilterSource filters, ISessionObserver observer, IPAddress? clientAddress, uint number)
        : base(options, filters, observer, clientAddress, number)
    {
    }

    private protected override int Take(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
    {
        var isSkipping = _skip != LineSkip.None;
        var taken = isSkipping ? SkipLine(input, output)
            : IsScanning ? TakeData(input, output, now)
            : IsInChunk ? TakeChunk(input, output, now)
            : TakeLine(input, output, now);
        if (taken > 0 && !isSkipping)
        {
            // A part of a line does not reset the idle time, nor does the rest of a refused line: the limit of RFC 5321 section 4.5.3.2.7
            // is for a command.
            _lastHeard = now.Milliseconds;
        }

        _lineFeedDeadline = _isBehindCr || (taken == 0 && input[^1] == '\r') ? now.Milliseconds + LineFeedTimeout : long.MaxValue;
        return taken;
    }

    private bool IsAuthenticating => _state == SessionState.Authenticating;

    // A line is judged by its octets in order, never by how many arrived together: any split of the input gives the same replies.
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
            return RefuseStart(LimitOf(input) == CommandLine.MaxAuthLength ? StandardReplies.AuthLineTooLong : StandardReplies.LineTooLong, LimitOf(input) - 1, output);
        }

        if (end < 0 || (input[end] == '\r' && end + 1 == input.Length))
        {
            return 0;
        }

        if (input[end] is not ((byte)'\r' or (byte)'\n'))
        {
            return RefuseStart(StandardReplies.ControlCharacter, end + 1, output);
        }

        if (input[end] == '\n' || input[end + 1] != '\n')
        {
            EndRefused(input[end] == '\n' ? StandardReplies.BareLineFeed : StandardReplies.BareCarriageReturn, output);
            return end + 1;
        }

        if (IsAuthenticating)
        {
            TakeResponse(input[..end], output);
            NoteWhatIsBehind(Verb.Auth, input.Length - end - 2);
        }
        else
        {
            var command = CommandParser.Parse(input[..end]);
            Execute(command, output, now);
            NoteWhatIsBehind(command.Verb, input.Length - end - 2);
        }

        return end + 2;
    }

    // RFC 2920 section 3.1: only some commands may be followed by others before they are answered, and only where PIPELINING is offered. A
    // chunk is part of its BDAT, and after QUIT pipelining does no harm.
    private void NoteWhatIsBehind(Verb verb, int octets)
    {
        if (octets == 0)
        {
            return;
        }

        if (_state == SessionState.Data)
        {
            _faults |= ProtocolFaults.EarlyData;
        }
        else if (verb is not (Verb.Mail or Verb.Rcpt or Verb.Rset or Verb.Bdat or Verb.Quit) || (verb is not (Verb.Bdat or Verb.Quit) && !OffersPipelining))
        {
            _faults |= ProtocolFaults.UnofferedPipelining;
        }
    }

    private bool OffersPipelining => (Offered & SmtpExtensions.Pipelining) != SmtpExtensions.None;

    private int LimitOf(ReadOnlySpan<byte> start) => IsAuthenticating ? CommandLine.MaxAuthLength : CommandLine.LimitOf(start);

    private void Refuse(FixedReply reply, ReplyBuffer output)
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
    }

    // Answers a line before its end. Takes the octets up to and including the one that decided.
    private int RefuseStart(FixedReply reply, int length, ReplyBuffer output)
    {
        Refuse(reply, output);
        _skip = LineSkip.Answered;
        _skipped = length;
        return length;
    }

    // The end of a line that is refused: by CRLF, or by the bare end that the reply names.
    private void EndRefused(FixedReply? bareEnd, ReplyBuffer output)
    {
        var isAnswered = _skip == LineSkip.Answered;
        _skip = bareEnd is null ? LineSkip.None : LineSkip.BehindBareEnd;
        _skipped = 0;
        if (bareEnd is not null && ++_bareEnds > MaxBareEnds)
        {
            Say(StandardReplies.BareEnds, output);
            End(SessionEndReason.BareLineEnds);
        }
        else if (!isAnswered)
        {
            Refuse(bareEnd ?? StandardReplies.BehindBareEnd, output);
        }
    }

    private int SkipLine(ReadOnlySpan<byte> input, ReplyBuffer output)
    {
        var length = 0;
        while (length < input.Length && _skip != LineSkip.None && _state != SessionState.Ended)
        {
            length += SkipTo(input[length..], output);
        }

        if (_skipped > CommandLine.EndlessLength)
        {
            Say(StandardReplies.EndlessLine, output);
            End(SessionEndReason.LineTooLong);
        }

        return length;
    }

    // Skips up to and including a CR or LF, or handles what follows a CR.
    private int SkipTo(ReadOnlySpan<byte> input, ReplyBuffer output)
    {
        if (_isBehindCr)
        {
            _isBehindCr = false;
            var isWhole = input[0] == '\n';
            EndRefused(isWhole ? null : StandardReplies.BareCarriageReturn, output);
            return isWhole ? 1 : 0;
        }

        var end = input.IndexOfAny((byte)'\r', (byte)'\n');
        var length = end < 0 ? input.Length : end + 1;
        _skipped += length;
        if (end >= 0 && input[end] == '\n')
        {
            EndRefused(StandardReplies.BareLineFeed, output);
        }

        _isBehindCr = end >= 0 && input[end] == '\r';
        return length;
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

        if (_profile.RefusesEhlo && command.Verb == Verb.Ehlo)
        {
            Fail(StandardReplies.NotImplemented, output);
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

// Whether the current line is being thrown away up to its end.
internal enum LineSkip : byte
{
    None,
    Answered, // its reply has been written
    BehindBareEnd, // it is answered at its end
}
