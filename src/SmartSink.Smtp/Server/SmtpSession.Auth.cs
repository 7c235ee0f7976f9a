using System.Buffers.Text;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <content>AUTH (RFC 4954).</content>
public sealed partial class SmtpSession
{
    private bool IsAuthenticated => _user is not null;

    private void Auth(Command command, ReplyBuffer output)
    {
        var end = command.Argument.IndexOf((byte)' ');
        var name = end < 0 ? command.Argument : command.Argument[..end];
        var initial = command.Argument[name.Length..].TrimStart((byte)' ');
        AuthMechanism mechanism = default;
        var refusal = RefusalOfAuth(command) ?? RefusalOfAuth(name, initial, out mechanism);
        if (refusal is not null)
        {
            Fail(refusal, output);
            return;
        }

        _auth = new AuthExchange(mechanism, _profile.Hostname);
        if (initial.IsEmpty)
        {
            Challenge(_auth.Question, output);
        }
        else
        {
            // A single equals sign is an empty initial response.
            TakeMessage(_auth, initial is [(byte)'='] ? default : initial, output);
        }
    }

    private FixedReply? RefusalOfAuth(Command command) => command.Error switch
    {
        _ when !Knows(SmtpExtensions.Auth) => IsAuthBehindTls ? StandardReplies.AuthNeedsTls : StandardReplies.NotImplemented,
        _ when _state != SessionState.Greeted => HelloFirst,
        _ when !_isExtended => EhloFirst,
        _ when IsAuthenticated => StandardReplies.AlreadyAuthenticated,
        _ when _transaction is not null => StandardReplies.AuthInTransaction,
        SyntaxError.None => null,
        _ => StandardReplies.AuthSyntax,
    };

    private FixedReply? RefusalOfAuth(ReadOnlySpan<byte> name, ReadOnlySpan<byte> initial, out AuthMechanism mechanism)
    {
        if (!AuthMechanisms.TryFind(name, out mechanism) || !_profile.Options.Auth.Mechanisms.Contains(mechanism))
        {
            return StandardReplies.UnknownMechanism;
        }

        return initial.Contains((byte)' ') ? StandardReplies.AuthSyntax
            : mechanism == AuthMechanism.CramMd5 && !initial.IsEmpty ? StandardReplies.NoInitialResponse
            : null;
    }

    private bool IsAuthBehindTls => CanStartTls && (_profile.ExtensionsOverTls & SmtpExtensions.Auth) != SmtpExtensions.None;

    private void TakeResponse(ReadOnlySpan<byte> line, ReplyBuffer output)
    {
        var auth = _auth!;
        if (line is [(byte)'*'])
        {
            auth.End(AuthResult.Cancelled);
            EndAuth(auth, StandardReplies.AuthCancelled, output);
        }
        else if (auth.IsTold)
        {
            auth.End(AuthResult.Refused);
            EndAuth(auth, StandardReplies.AuthRefused, output);
        }
        else
        {
            TakeMessage(auth, line, output);
        }
    }

    private void TakeMessage(AuthExchange auth, ReadOnlySpan<byte> base64, ReplyBuffer output)
    {
        Span<byte> message = stackalloc byte[AuthExchange.MaxMessage];
        if (!AuthExchange.TryDecode(base64, message, out var length))
        {
            auth.End(AuthResult.Malformed);
            EndAuth(auth, StandardReplies.BadBase64, output);
            return;
        }

        var challenge = auth.Take(message[..length], _profile.Options.Auth.Judge);
        if (auth.Result is { } result)
        {
            EndAuth(auth, ReplyTo(result), output);
        }
        else
        {
            Challenge(challenge, output);
        }
    }

    private void Challenge(ReadOnlySpan<byte> challenge, ReplyBuffer output)
    {
        _state = SessionState.Authenticating;
        output.Write("334 "u8);
        Base64.EncodeToUtf8(challenge, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(challenge.Length)), out _, out var length);
        output.Advance(length);
        output.Write("\r\n"u8);
        _observer.ReplyWritten(334);
    }

    private void EndAuth(AuthExchange auth, FixedReply reply, ReplyBuffer output)
    {
        _state = SessionState.Greeted;
        _auth = null;
        EndAuth(auth.Mechanism, auth.User, auth.Result!.Value, reply, output);
    }
}
