using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <content>From the greeting to the first message: EHLO, STARTTLS, AUTH.</content>
public sealed partial class SmtpClientSession
{
    private int _authLines;

    private ClientAction SayEhlo(ReplyBuffer output)
    {
        _ehlo = new EhloReader();
        WriteName("EHLO "u8, output);
        return Await(ClientCommand.Ehlo);
    }

    private ClientAction TakeEhlo(ClientReply reply, ReplyBuffer output)
    {
        var extensions = _ehlo!.Extensions;
        _ehlo = null;
        if (reply.IsPositive)
        {
            Extensions = extensions;
            return Greeted(output);
        }

        if (reply.Code < 500)
        {
            return Fail(ClientFailure.Refused);
        }

        // A server of RFC 821 knows only HELO (RFC 5321 section 3.2).
        WriteName("HELO "u8, output);
        return Await(ClientCommand.Helo);
    }

    private ClientAction Greeted(ReplyBuffer output)
    {
        if (_options.StartTls && !_secured)
        {
            if (!Has(ServerExtensions.StartTls))
            {
                return Fail(ClientFailure.NoTls);
            }

            return SayStartTls(output);
        }

        if (_options.OpportunisticTls && !AvoidsTls && !_secured && Has(ServerExtensions.StartTls))
        {
            return SayStartTls(output);
        }

        return Prepare(output);
    }

    private ClientAction SayStartTls(ReplyBuffer output)
    {
        output.Write("STARTTLS\r\n"u8);
        return Await(ClientCommand.StartTls);
    }

    private ClientAction TakeStartTls(ClientReply reply, ReplyBuffer output) =>
        reply.IsPositive ? ClientAction.Handshake : _options.OpportunisticTls ? Prepare(output) : Fail(ClientFailure.NoTls);

    // TLS has been dealt with: the dialog is encrypted by now, or stays in the clear.
    private ClientAction Prepare(ReplyBuffer output)
    {
        if ((_options.Chunking && !Has(ServerExtensions.Chunking)) || (_options.SmtpUtf8 && !Has(ServerExtensions.SmtpUtf8)))
        {
            return Fail(ClientFailure.NotOffered);
        }

        return _options.Credential is { } credential ? Authenticate(credential, output) : Idle();
    }

    private ClientAction Authenticate(ClientCredential credential, ReplyBuffer output)
    {
        if (Has(ServerExtensions.AuthPlain))
        {
            output.Write(credential.Plain);
        }
        else if (Has(ServerExtensions.AuthLogin))
        {
            output.Write("AUTH LOGIN\r\n"u8);
        }
        else
        {
            return Fail(ClientFailure.NoAuth);
        }

        _authLines = 0;
        return Await(ClientCommand.Auth);
    }

    // 334 asks for LOGIN's two responses; PLAIN has sent everything at once.
    private ClientAction TakeAuth(ClientReply reply, ReplyBuffer output)
    {
        if (reply.IsPositive)
        {
            return Idle();
        }

        if (reply.Code != 334 || Has(ServerExtensions.AuthPlain) || _authLines == 2)
        {
            return Fail(ClientFailure.NoAuth);
        }

        output.Write(_authLines++ == 0 ? _options.Credential!.LoginUser : _options.Credential!.LoginPassword);
        return ClientAction.Receive;
    }

    private void WriteName(ReadOnlySpan<byte> verb, ReplyBuffer output)
    {
        output.Write(verb);
        output.Write(_name);
        output.Write("\r\n"u8);
    }

    private bool Has(ServerExtensions extension) => (Extensions & extension) != ServerExtensions.None;
}
