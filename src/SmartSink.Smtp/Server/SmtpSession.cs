using System.Net;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>
/// The server side of one SMTP dialog, without I/O: octets in, replies and an instruction out (RFC 5321).
/// One owner at a time; not safe for concurrent calls. It allocates nothing per command after the first transaction.
/// </summary>
public sealed partial class SmtpSession
{
    private readonly IMailboxFilterSource _filters;
    private readonly ISessionObserver _observer;
    private readonly IPAddress? _connectedAddress;

    // Where the session stands.
    private SessionProfile _profile;
    private SessionState _state;
    private bool _isExtended;
    private bool _isTls;
    private bool _isStopping;

    // Who the client is. The user is the one of AUTH or XCLIENT, empty when a token stood for itself and null for nobody; the login is the
    // name said by XCLIENT, null for none.
    private IPAddress? _clientAddress;
    private IPAddress? _destination;
    private byte[] _helo = [];
    private byte[]? _user;
    private byte[]? _login;
    private AuthExchange? _auth;

    // Mail: the open transaction, the chunk under way, and whether MAIL was refused: what was pipelined behind it may be on its way still,
    // and must not count as errors.
    private MailTransaction? _transaction;
    private Chunk? _chunk;
    private bool _isMailRefused;

    // A refused line whose rest is being thrown away.
    private LineSkip _skip;
    private int _skipped;

    // What limits look at.
    private long _lastHeard;
    private int _errors;
    private int _messages;

    /// <summary>Starts a dialog.</summary>
    /// <param name="options">Names and limits, shared.</param>
    /// <param name="filters">The rules.</param>
    /// <param name="observer">Who counts and logs; shared.</param>
    /// <param name="clientAddress">The client's address; IPv4-mapped addresses are unmapped.</param>
    public SmtpSession(SmtpSessionOptions options, IMailboxFilterSource filters, ISessionObserver observer, IPAddress? clientAddress)
    {
        ArgumentNullException.ThrowIfNull(options);
        _profile = options.Profile;
        _filters = filters;
        _observer = observer;
        _connectedAddress = Unmap(clientAddress);
        _clientAddress = _connectedAddress;
        Deadline = long.MaxValue;
    }

    /// <summary>
    /// Where the client meant to connect to, before any diversion; null for unknown. Set before <see cref="Start"/>: the filter may have
    /// another name for the server there. IPv4-mapped addresses are unmapped.
    /// </summary>
    public IPAddress? Destination
    {
        get => _destination;
        set => _destination = Unmap(value);
    }

    /// <summary>The address of the client for whom the dialog is: the one that connected, or the one that it named by XCLIENT.</summary>
    public IPAddress? ClientAddress => _clientAddress;

    /// <summary>The name that the client authenticated as, in UTF-8; empty when it has not, or had no name to say.</summary>
    public ReadOnlySpan<byte> User => _user;

    /// <summary>Whether this session is kept from STARTTLS, and how.</summary>
    public StartTlsDenial StartTlsDenial { get; init; }

    /// <summary>Whether the client has met <see cref="StartTlsDenial"/>.</summary>
    public bool HasDeniedTls { get; private set; }

    /// <summary>Why the session ended or wants to; <see cref="SessionEndReason.None"/> while it goes on.</summary>
    public SessionEndReason EndReason { get; private set; }

    /// <summary>Whether a message's data is being received (a lost connection now is <see cref="SessionEndReason.ClosedInData"/>).</summary>
    public bool IsInData => IsScanning || IsInChunk || _transaction is { IsChunked: true };

    /// <summary>Whether the octets that come next are those of DATA, each of which has to be looked at.</summary>
    public bool IsScanning => _state == SessionState.Data;

    /// <summary>Whether a transaction is open: from MAIL to its end of data, RSET or loss. A graceful stop waits for it.</summary>
    public bool IsInTransaction => _transaction is not null;

    /// <summary>The <see cref="Moment.Milliseconds"/> at which <see cref="CheckDeadlines"/> should next be called; <see cref="long.MaxValue"/> for never. Updated by each call.</summary>
    public long Deadline { get; private set; }

    /// <summary>
    /// Takes what it can of the input and writes replies. Octets of an unfinished command line are not consumed and must be given
    /// again with more behind them; data of a message and octets of a chunk are always consumed. At <see cref="SessionAction.Close"/> what
    /// is not consumed was pipelined behind the end: the client had more to say.
    /// </summary>
    public SessionStep Advance(ReadOnlySpan<byte> input, ReplyBuffer output, Moment now)
    {
        ArgumentNullException.ThrowIfNull(output);
        var consumed = 0;
        var action = SessionAction.Read;
        while (_state < SessionState.Upgrading && consumed < input.Length)
        {
            if (output.IsFull)
            {
                action = SessionAction.Flush;
                break;
            }

            var taken = Take(input[consumed..], output, now);
            consumed += taken;
            if (taken == 0)
            {
                break;
            }
        }

        if (_state >= SessionState.Upgrading)
        {
            action = SessionAction.Close;
            if (_state == SessionState.Upgrading)
            {
                // What came behind STARTTLS in the clear is no part of the dialog (RFC 3207 section 6).
                consumed = input.Length;
                action = SessionAction.StartTls;
            }
        }

        UpdateDeadline();
        return new SessionStep(action, consumed);
    }

    // The extensions of the dialog: none after HELO.
    private SmtpExtensions Offered => _isExtended ? Known : SmtpExtensions.None;

    private SmtpExtensions Known => _isTls ? _profile.ExtensionsOverTls : HidesStartTls ? _profile.ExtensionsInClear & ~SmtpExtensions.StartTls : _profile.ExtensionsInClear;

    private bool Knows(SmtpExtensions extension) => (Known & extension) != SmtpExtensions.None;

    private bool IsLmtp => _profile.Options.Protocol == MailProtocol.Lmtp;

    private FixedReply HelloFirst => IsLmtp ? StandardReplies.LhloFirst : StandardReplies.HelloFirst;

    private FixedReply EhloFirst => IsLmtp ? StandardReplies.LhloFirst : StandardReplies.EhloFirst;

    private static IPAddress? Unmap(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private int Take(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now)
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

// Where a session stands (RFC 5321 section 3). Whether a transaction is open is told by its object.
internal enum SessionState : byte
{
    New, // before the greeting
    Refused, // the greeting refused service; only QUIT is left (RFC 5321 section 3.1)
    Connected, // no EHLO or HELO yet, or none since TLS began
    Greeted,
    Data, // between 354 and the end of data
    Authenticating, // each line is the client's response to a challenge
    Upgrading, // STARTTLS was answered; the handshake is the transport's
    Ended,
}
