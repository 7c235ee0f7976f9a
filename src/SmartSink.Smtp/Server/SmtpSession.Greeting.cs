using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>The greeting, EHLO and HELO, or LHLO in their place, and the commands that need neither.</content>
public sealed partial class SmtpSession
{
    /// <summary>Writes the greeting (220, or what the filter says at <see cref="Stage.Connect"/>).</summary>
    public SessionStep Start(ReplyBuffer output, Moment now)
    {
        ArgumentNullException.ThrowIfNull(output);
        _lastHeard = now.Milliseconds;
        Greet(output, now);
        return Conclude();
    }

    private void Greet(ReplyBuffer output, in Moment now)
    {
        var filter = _filters.Current;
        var options = _profile.Options;
        _profile = _destination is not null && filter.IdentityAt(_destination) is { } identity ? options.ProfileOf(identity) : options.Profile;
        var reply = Answer(filter, Facts(Stage.Connect, now), output, _profile.Greeting);
        _state = IsPositive(reply) ? SessionState.Connected : SessionState.Refused;
        CloseIfAsked(reply);
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

        var previous = _helo;
        if (!command.Argument.SequenceEqual(previous))
        {
            _helo = command.Argument.ToArray();
        }

        var isExtended = command.Verb != Verb.Helo;
        var positive = !isExtended ? _profile.HeloReply : _isTls ? _profile.EhloReplyOverTls : HidesStartTls ? _profile.EhloReplyWithoutTls : _profile.EhloReplyInClear;
        var reply = Answer(_filters.Current, Facts(Stage.Ehlo, now), output, positive);
        if (IsPositive(reply))
        {
            // RFC 5321 section 4.1.4: as if RSET had been given.
            _isExtended = isExtended;
            HasDeniedTls |= isExtended && HidesStartTls;
            _state = SessionState.Greeted;
            AbandonTransaction();
        }
        else
        {
            _helo = previous;
        }

        CloseIfAsked(reply);
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
