using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>
/// Lines: only CRLF ends one. A line that holds another control octet, a bare CR or LF among them, is answered once, at once,
/// and thrown away up to its CRLF, so that nothing behind a bare LF is ever taken for a command.
/// </content>
public sealed partial class SmtpSession
{
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
}

// Whether the rest of a refused line is being thrown away, up to its CRLF.
internal enum LineSkip : byte
{
    None,
    Inside,
    AfterCr,
}
