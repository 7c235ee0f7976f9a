using SmartSink.Smtp.Replies;

namespace SmartSink.Smtp.Client;

/// <summary>
/// The client side of SMTP (RFC 5321 section 3): a server's octets go in, commands come out. It uses neither sockets nor a clock, can be
/// fed octets split anywhere, and allocates nothing once a dialog is established.
/// </summary>
public sealed partial class SmtpClientSession
{
    private readonly SmtpClientOptions _options;
    private readonly IClientObserver _observer;
    private readonly byte[] _name;
    private readonly RefusalText _refusal = new();
    private ReplyParser _parser;
    private EhloReader? _ehlo;
    private ClientCommand _awaited;
    private bool _idle;
    private bool _secured;

    /// <summary>Makes a session that can be used for one connection after another.</summary>
    /// <param name="options">What is required of every dialog.</param>
    /// <param name="name">The name given with EHLO: a domain or an address literal.</param>
    /// <param name="observer">Receives the replies.</param>
    public SmtpClientSession(SmtpClientOptions options, ReadOnlySpan<byte> name, IClientObserver observer)
    {
        _options = options;
        _name = name.ToArray();
        _observer = observer;
    }

    /// <summary>The reason for the last <see cref="ClientAction.Close"/>.</summary>
    public ClientFailure Failure { get; private set; }

    /// <summary>Whether opportunistic TLS is not attempted, as after failed handshakes.</summary>
    public bool AvoidsTls { get; set; }

    /// <summary>Whether the dialog is encrypted by STARTTLS.</summary>
    public bool IsSecured => _secured;

    /// <summary>The extensions that the server has offered in its reply to EHLO.</summary>
    public ServerExtensions Extensions { get; private set; }

    /// <summary>The command whose reply comes next.</summary>
    public ClientCommand Awaited => _awaited;

    /// <summary>
    /// The text of the reply that is being reported to the observer, if it is a refusal: its lines without their codes, separated by LF, at
    /// most 512 octets, exactly as the server sent them. Empty for other replies.
    /// </summary>
    public ReadOnlySpan<byte> RefusalText => _refusal.Text;

    /// <summary>Starts anew on a connection that has just been made: the server's greeting comes next.</summary>
    public void Start()
    {
        _parser = default;
        _ehlo = null;
        _awaited = ClientCommand.Connect;
        _idle = false;
        _secured = false;
        _envelope = null;
        _pipelined = false;
        Failure = ClientFailure.None;
        Extensions = ServerExtensions.None;
    }

    /// <summary>Takes octets from the server.</summary>
    /// <param name="input">The next octets.</param>
    /// <param name="output">Receives what is to be sent.</param>
    /// <param name="consumed">How many octets were taken. The rest must be given again with the next call;
    /// before a handshake it must be thrown away.</param>
    public ClientAction Advance(ReadOnlySpan<byte> input, ReplyBuffer output, out int consumed)
    {
        consumed = 0;
        while (consumed < input.Length)
        {
            if (_idle)
            {
                // A 421 may come at any time (RFC 5321 section 3.8); anything else that was not asked for is an error.
                _awaited = ClientCommand.Rset;
            }

            var status = _parser.Parse(input[consumed..], _ehlo, _refusal, out var taken);
            consumed += taken;
            if (status == ReplyParseStatus.Malformed)
            {
                return Fail(ClientFailure.Malformed);
            }

            if (status == ReplyParseStatus.Complete)
            {
                var action = Take(_parser.Reply, output);
                if (action != ClientAction.Receive)
                {
                    return action;
                }
            }
        }

        return ClientAction.Receive;
    }

    /// <summary>Ends the dialog; allowed only when idle.</summary>
    public ClientAction Quit(ReplyBuffer output)
    {
        output.Write("QUIT\r\n"u8);
        return Await(ClientCommand.Quit);
    }

    /// <summary>Reports that the handshake which was asked for has succeeded; the dialog begins anew (RFC 3207 section 4.2).</summary>
    public ClientAction TlsEstablished(ReplyBuffer output)
    {
        _secured = true;
        _parser = default;
        Extensions = ServerExtensions.None;
        return SayEhlo(output);
    }

    private ClientAction Take(ClientReply reply, ReplyBuffer output)
    {
        if (_idle && !reply.ClosesConnection)
        {
            return Fail(ClientFailure.Malformed);
        }

        var command = _awaited;
        var recipient = command == ClientCommand.Rcpt ? _answered : 0;
        if (command == ClientCommand.Rcpt)
        {
            _envelope!.Answer(recipient, reply.Code);
        }

        _observer.Answered(command, recipient, reply);
        if (command == ClientCommand.Quit)
        {
            return Close(ClientFailure.None);
        }

        return reply.ClosesConnection ? Fail(ClientFailure.ServiceClosing) : command switch
        {
            not (ClientCommand.Data or ClientCommand.Auth) when reply.IsIntermediate => Fail(ClientFailure.Malformed),
            ClientCommand.Connect => reply.IsPositive ? SayEhlo(output) : Fail(ClientFailure.Refused),
            ClientCommand.Ehlo => TakeEhlo(reply, output),
            ClientCommand.Helo => reply.IsPositive ? Greeted(output) : Fail(ClientFailure.Refused),
            ClientCommand.StartTls => TakeStartTls(reply, output),
            ClientCommand.Auth => TakeAuth(reply, output),
            ClientCommand.Mail => TakeMail(reply, output),
            ClientCommand.Rcpt => TakeRcpt(reply, output),
            ClientCommand.Data => TakeData(reply, output),
            ClientCommand.EndOfData => Idle(),
            _ => reply.IsPositive ? Idle() : Fail(ClientFailure.Refused),
        };
    }

    private ClientAction Idle()
    {
        _idle = true;
        return ClientAction.Idle;
    }

    private ClientAction Await(ClientCommand command)
    {
        _idle = false;
        _awaited = command;
        return ClientAction.Receive;
    }

    private ClientAction Fail(ClientFailure failure) => Close(failure);

    private ClientAction Close(ClientFailure failure)
    {
        Failure = failure;
        _idle = false;
        return ClientAction.Close;
    }
}

/// <summary>What the transport does next, after sending what was written.</summary>
public enum ClientAction
{
    /// <summary>Receive, and call <see cref="SmtpClientSession.Advance"/> with what was received.</summary>
    Receive,

    /// <summary>Perform the TLS handshake, then call <see cref="SmtpClientSession.TlsEstablished"/>.</summary>
    Handshake,

    /// <summary>No transaction is open: begin a message, or quit.</summary>
    Idle,

    /// <summary>Send the message, followed by its end of data unless BDAT is used; then receive.</summary>
    SendMessage,

    /// <summary>Close the connection; <see cref="SmtpClientSession.Failure"/> says whether the dialog ended as planned.</summary>
    Close,
}

/// <summary>Why a client ends a dialog before it is finished.</summary>
public enum ClientFailure
{
    /// <summary>It was finished: QUIT.</summary>
    None,

    /// <summary>The server sent something that is not a reply, is not a valid reply to the command, or was not asked for.</summary>
    Malformed,

    /// <summary>421, at any stage.</summary>
    ServiceClosing,

    /// <summary>The greeting, EHLO and HELO, or RSET was refused.</summary>
    Refused,

    /// <summary>STARTTLS is required, but not offered, or was refused.</summary>
    NoTls,

    /// <summary>AUTH is required, but neither PLAIN nor LOGIN is offered, or it was refused.</summary>
    NoAuth,

    /// <summary>CHUNKING or SMTPUTF8 is required, but not offered.</summary>
    NotOffered,
}
