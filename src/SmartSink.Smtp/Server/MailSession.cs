using System.Net;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>
/// The server side of one dialog, without I/O: octets in, replies and an instruction out (RFC 5321). Who reads the commands is left open;
/// what becomes of mail, what limits, the rules and a stop have to say, and what is told of it, is the same for all.
/// One owner at a time; not safe for concurrent calls.
/// </summary>
public abstract partial class MailSession
{
    private protected readonly IMailboxFilterSource _filters;
    private protected readonly ISessionObserver _observer;
    private protected readonly IPAddress? _connectedAddress;
    private protected readonly uint _number;

    // Where the session stands.
    private protected SessionProfile _profile;
    private protected SessionState _state;
    private protected bool _isExtended;
    private protected bool _isTls;
    private protected bool _isStopping;

    // Who the client is. The user is the one of AUTH or XCLIENT, empty when a token stood for itself and null for nobody; the login is the
    // name said by XCLIENT, null for none.
    private protected IPAddress? _clientAddress;
    private protected IPAddress? _destination;
    private protected byte[] _helo = [];
    private protected byte[]? _user;
    private protected byte[]? _login;

    // What goes wrong on purpose.
    private readonly ReplyFault _fault;

    // Mail: the open transaction, and the chunk under way of those that know BDAT.
    private protected MailTransaction? _transaction;
    private protected Chunk? _chunk;

    // What the client did wrong since it was told of last.
    private protected ProtocolFaults _faults;

    // Whether a reply said that the dialog is over.
    private bool _isShut;

    // What limits look at.
    private protected long _lastHeard;
    private protected int _errors;
    private protected int _messages;
    private uint _answers;
    private protected long _lineFeedDeadline = long.MaxValue;

    /// <summary>Starts a dialog.</summary>
    /// <param name="options">Names and limits, shared.</param>
    /// <param name="filters">The rules.</param>
    /// <param name="observer">Who counts and logs; shared.</param>
    /// <param name="clientAddress">The client's address; IPv4-mapped addresses are unmapped.</param>
    /// <param name="number">The connection's number, <see cref="SessionFacts.Connection"/>: another for each dialog of one source of filters.</param>
    private protected MailSession(SmtpSessionOptions options, IMailboxFilterSource filters, ISessionObserver observer, IPAddress? clientAddress, uint number)
    {
        ArgumentNullException.ThrowIfNull(options);
        _profile = options.Profile;
        _filters = filters;
        _observer = observer;
        _number = number;
        _connectedAddress = Unmap(clientAddress);
        _clientAddress = _connectedAddress;
        _fault = options.ReplyFaults?.Next() ?? ReplyFault.None;
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

    /// <summary>How many messages came to their end of data.</summary>
    public int MessageCount => _messages;

    /// <summary>The name given with EHLO or HELO, in UTF-8; empty before it, and once it counts no more.</summary>
    public ReadOnlySpan<byte> Helo => _helo;

    /// <summary>How many messages have come: those whose data was taken to its end.</summary>
    public int Messages => _messages;

    /// <summary>
    /// Where the dialog stands. Like the name, the user, the client's address and the number of messages it may be asked for by any thread: each is read whole, and may be a moment old.
    /// </summary>
    public DialogPhase Phase => _isWaiting ? DialogPhase.Delayed : _state switch
    {
        SessionState.New => DialogPhase.Greeting,
        SessionState.Refused => DialogPhase.Refused,
        SessionState.Connected => DialogPhase.Connected,
        SessionState.Data or SessionState.Answering => DialogPhase.Data,
        SessionState.Authenticating => DialogPhase.Auth,
        SessionState.Mute => DialogPhase.Silent,
        SessionState.Upgrading => DialogPhase.TlsHandshake,
        SessionState.Ended => DialogPhase.Closing,
        _ => _transaction switch
        {
            null => DialogPhase.Idle,
            { IsChunked: true } => DialogPhase.Data,
            { AcceptedCount: > 0 } => DialogPhase.Rcpt,
            _ => DialogPhase.Mail,
        },
    };

    /// <summary>Whether this session is kept from STARTTLS, and how.</summary>
    public StartTlsDenial StartTlsDenial { get; init; }

    /// <summary>Whether the client has met <see cref="StartTlsDenial"/>.</summary>
    public bool HasDeniedTls { get; private protected set; }

    /// <summary>Why the session ended or wants to; <see cref="SessionEndReason.None"/> while it goes on.</summary>
    public SessionEndReason EndReason { get; private set; }

    /// <summary>
    /// How many of the octets that come next are of no interest, because they are a chunk's: they may be given to <see cref="Advance"/>
    /// like all others, or dropped unread and told by <see cref="Dropped"/>.
    /// </summary>
    public long Droppable => IsInChunk && _transaction is not { IsReading: true } ? _chunk!.Left : 0;

    /// <summary>Whether a message's data is being received (a lost connection now is <see cref="SessionEndReason.ClosedInData"/>).</summary>
    public bool IsInData => IsScanning || IsInChunk || (_transaction is { IsChunked: true } && _state != SessionState.Answering);

    /// <summary>Whether the octets that come next are those of DATA, each of which has to be looked at.</summary>
    public bool IsScanning => _state == SessionState.Data;

    /// <summary>Whether a transaction is open: from MAIL to its end of data, RSET or loss. A graceful stop waits for it.</summary>
    public bool IsInTransaction => _transaction is not null;

    /// <summary>The <see cref="Moment.Milliseconds"/> at which <see cref="CheckDeadlines"/> should next be called; <see cref="long.MaxValue"/> for never. Updated by each call.</summary>
    public long Deadline { get; private set; }

    /// <summary>Writes the greeting (220, or what the filter says at <see cref="Stage.Connect"/>).</summary>
    public virtual SessionStep Start(ReplyBuffer output, Moment now)
    {
        ArgumentNullException.ThrowIfNull(output);
        _lastHeard = now.Milliseconds;
        Greet(output, now);
        return Conclude();
    }

    /// <summary>
    /// The TLS handshake is done. After STARTTLS the dialog starts anew (RFC 3207 section 4.2), without a greeting; before
    /// <see cref="Start"/> it is implicit TLS, and the greeting comes next.
    /// </summary>
    public virtual void TlsEstablished(Moment now)
    {
        if (_state == SessionState.New)
        {
            _isTls = true;
            return;
        }

        if (_state != SessionState.Upgrading)
        {
            throw new InvalidOperationException("No STARTTLS was answered.");
        }

        _lastHeard = now.Milliseconds;
        _state = SessionState.Connected;
        _isTls = true;
        _isExtended = false;
        _helo = [];
        _user = _login;
        UpdateDeadline();
    }

    /// <summary>
    /// Takes what it can of the input and writes replies. Octets of an unfinished command line are not consumed and must be given
    /// again with more behind them; data of a message and octets of a chunk are always consumed. At <see cref="SessionAction.Close"/> what
    /// is not consumed was pipelined behind the end: the client had more to say.
    /// </summary>
    public SessionStep Advance(ReadOnlySpan<byte> input, ReplyBuffer output, Moment now)
    {
        ArgumentNullException.ThrowIfNull(output);
        var consumed = 0;
        while (!_isWaiting && (_state == SessionState.Answering || (_state < SessionState.Mute && consumed < input.Length)))
        {
            if (output.IsFull)
            {
                UpdateDeadline();
                return new SessionStep(SessionAction.Flush, consumed);
            }

            if (_state == SessionState.Answering)
            {
                AnswerRecipient(_transaction!, output, now);
                continue;
            }

            var taken = Take(input[consumed..], output, now);
            consumed += taken;
            if (_faults != ProtocolFaults.None)
            {
                TellOfFaults(now);
            }

            if (taken == 0)
            {
                break;
            }
        }

        if (_state is SessionState.Mute or SessionState.Upgrading)
        {
            // What came behind STARTTLS in the clear is no part of the dialog (RFC 3207 section 6).
            consumed = input.Length;
        }

        return Conclude(consumed);
    }

    /// <summary>Octets of a chunk were dropped unread: the same as giving them to <see cref="Advance"/>.</summary>
    /// <param name="bytes">How many, 1 to <see cref="Droppable"/>.</param>
    /// <param name="output">Takes the reply when the chunk is complete.</param>
    /// <param name="now">The moment.</param>
    public SessionStep Dropped(long bytes, ReplyBuffer output, Moment now)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Droppable);
        _lastHeard = now.Milliseconds;
        TakeChunk(bytes, output, now);
        TellOfFaults(now);
        return Conclude();
    }

    /// <summary>The client did what the transport alone can see.</summary>
    public void Misspoke(ProtocolFaults faults, Moment now)
    {
        _faults |= faults;
        TellOfFaults(now);
    }

    /// <summary>The client spoke although a reply had said that the dialog is over.</summary>
    public void SpokeBehindClose() => _observer.Noted(ClientAct.SpokeBehindClose, _number);

    /// <summary>Whether the dialog is over, and a reply has said so.</summary>
    public bool HasShut => _isShut || EndReason is SessionEndReason.TooManyErrors or SessionEndReason.TooManyMessages or SessionEndReason.Shutdown;

    // Takes a part of the input from its start, and says how much: 0 when more has to come first.
    private protected abstract int Take(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now);

    // Octets of the chunk under way.
    private protected abstract void TakeChunk(long bytes, ReplyBuffer output, in Moment now);

    private protected void Greet(ReplyBuffer output, in Moment now)
    {
        var filter = _filters.Current;
        var options = _profile.Options;
        _profile = _destination is not null && filter.IdentityAt(_destination) is { } identity ? options.ProfileOf(identity) : options.Profile;
        var facts = Facts(Stage.Connect, now);
        _observer.DialogBegan(facts);
        if (Answer(filter, facts, output, _profile.Greeting) is { } reply)
        {
            _state = IsPositive(reply) ? SessionState.Connected : SessionState.Refused;
            CloseIfAsked(reply);
        }
    }

    // EHLO, HELO or LHLO, once its name is known. False when it is refused.
    private protected bool TakeHello(ReadOnlySpan<byte> name, bool isExtended, ReplyBuffer output, in Moment now)
    {
        var previous = _helo;
        if (!DomainName.IsHostOrLiteral(name))
        {
            _faults |= ProtocolFaults.HeloNoName;
        }

        if (!name.SequenceEqual(previous))
        {
            _helo = name.ToArray();
        }

        var positive = _profile.HelloReply(isExtended ? EhloForm : HelloForm.Helo, _fault);
        var start = output.Length;
        var reply = Answer(_filters.Current, Facts(Stage.Ehlo, now), output, positive);
        var isTaken = reply is not null && IsPositive(reply);
        if (isTaken)
        {
            // RFC 5321 section 4.1.4: as if RSET had been given.
            _isExtended = isExtended;
            HasDeniedTls |= isExtended && HidesStartTls;
            _state = SessionState.Greeted;
            AbandonTransaction();
            if (ReferenceEquals(reply, positive))
            {
                MeetHelloFault(positive, start, output, now);
            }
        }
        else
        {
            _helo = previous;
        }

        CloseIfAsked(reply);
        return isTaken;
    }

    private HelloForm EhloForm => _isTls ? HelloForm.EhloOverTls : HidesStartTls ? HelloForm.EhloWithoutTls : HelloForm.EhloInClear;

    // What goes wrong with our own reply to EHLO or HELO, which is the last of the output unless it waits as a whole.
    private void MeetHelloFault(FixedReply reply, int start, ReplyBuffer output, in Moment now)
    {
        var isMet = _fault == ReplyFault.FullLine || (_fault == ReplyFault.Keywords && _isExtended);
        var firstLine = reply.Bytes.IndexOf((byte)'\n') + 1;
        if (_fault == ReplyFault.LateLine && !_isWaiting && firstLine < reply.Bytes.Length)
        {
            isMet = true;
            Hold(reply, start + firstLine, (int)_profile.Options.ReplyFaults!.LateLineDelay.TotalMilliseconds, AnswerFault.None, output, now);
        }

        if (isMet)
        {
            TellOfFault();
        }
    }

    private void TellOfFault() => _profile.Options.ReplyFaults!.Met(_fault, _clientAddress);

    // DATA, where 354 is due. True when something else was said, and no data is taken.
    private protected bool IsDataDenied(ReplyBuffer output)
    {
        if (_fault != ReplyFault.OkFor354)
        {
            return false;
        }

        Say(StandardReplies.Ok, output);
        TellOfFault();
        return true;
    }

    private protected bool IsInChunk => _chunk is { Left: > 0 };

    private protected bool HidesStartTls =>
        StartTlsDenial == StartTlsDenial.Hidden && !_isTls && (_profile.ExtensionsInClear & SmtpExtensions.StartTls) != SmtpExtensions.None;

    // STARTTLS, where this session is denied it.
    private protected void RefuseTls(ReplyBuffer output)
    {
        HasDeniedTls = true;
        _observer.Noted(ClientAct.AskedForTlsInVain, _number);
        Say(StandardReplies.TlsUnavailable, output);
    }

    private protected bool CanStartTls => Knows(SmtpExtensions.StartTls);

    private protected bool NeedsTls => _profile.Options.RequireTls && !_isTls;

    // The extensions of the dialog: none after HELO.
    private protected SmtpExtensions Offered => _isExtended ? Known : SmtpExtensions.None;

    private protected SmtpExtensions Known => _isTls ? _profile.ExtensionsOverTls : HidesStartTls ? _profile.ExtensionsInClear & ~SmtpExtensions.StartTls : _profile.ExtensionsInClear;

    private protected bool Knows(SmtpExtensions extension) => (Known & extension) != SmtpExtensions.None;

    private protected bool IsLmtp => _profile.Options.Protocol == MailProtocol.Lmtp;

    private protected FixedReply HelloFirst => IsLmtp ? StandardReplies.LhloFirst : StandardReplies.HelloFirst;

    private protected FixedReply EhloFirst => IsLmtp ? StandardReplies.LhloFirst : StandardReplies.EhloFirst;

    private protected static IPAddress? Unmap(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
}

/// <summary>The result of one call into a session.</summary>
/// <param name="Action">What to do next.</param>
/// <param name="Consumed">How many octets of the input were taken, 0 to its length.</param>
public readonly record struct SessionStep(SessionAction Action, int Consumed);

/// <summary>What the transport has to do next, once it has sent the pending replies.</summary>
public enum SessionAction : byte
{
    /// <summary>
    /// Receive more octets and call again. Octets not consumed belong in front of them. Of those that come next,
    /// <see cref="MailSession.Droppable"/> may be dropped unread.
    /// </summary>
    Read,

    /// <summary>
    /// Call again with the octets not consumed, even if there are none: more replies follow. Those so far may go together with them, unless they
    /// have reached their high-water mark, <see cref="ReplyBuffer.IsFull"/>: then send them first.
    /// </summary>
    Flush,

    /// <summary>
    /// Send the replies, then take nothing from the client until <see cref="MailSession.CheckDeadlines"/> or a stop has something to say; octets
    /// not consumed wait. A reply or the rest of one follows, at <see cref="MailSession.Deadline"/> and not noticeably later.
    /// </summary>
    Pause,

    /// <summary>Send the replies, then take and say nothing any more: until <see cref="MailSession.CheckDeadlines"/> wants to close, or the client leaves.</summary>
    Stall,

    /// <summary>Send the replies, throw away every octet received so far, do the TLS handshake, then call <c>TlsEstablished</c>.</summary>
    StartTls,

    /// <summary>Send the replies and close the connection. After <see cref="SessionEndReason.Fault"/> without a word of TLS.</summary>
    Close,

    /// <summary>Send the replies and reset the connection.</summary>
    Reset,
}

/// <summary>Where a dialog stands, in a word for people.</summary>
public enum DialogPhase : byte
{
    /// <summary>The header of a proxy is to come first.</summary>
    ProxyHeader,

    /// <summary>TLS is being agreed on.</summary>
    TlsHandshake,

    /// <summary>The greeting is due.</summary>
    Greeting,

    /// <summary>The greeting refused service: only QUIT is left.</summary>
    Refused,

    /// <summary>EHLO is to come.</summary>
    Connected,

    /// <summary>A command is to come, and no transaction is open.</summary>
    Idle,

    /// <summary>The client authenticates.</summary>
    Auth,

    /// <summary>A transaction is open, without a recipient so far.</summary>
    Mail,

    /// <summary>A transaction is open and has recipients.</summary>
    Rcpt,

    /// <summary>A message comes, or is being answered.</summary>
    Data,

    /// <summary>A reply waits for its time.</summary>
    Delayed,

    /// <summary>Replies wait for the client to read them.</summary>
    Sending,

    /// <summary>Nothing is said any more, by a fault of the policy.</summary>
    Silent,

    /// <summary>The dialog is over; what still comes is dropped.</summary>
    Closing,
}

/// <summary>How a dialog is kept from TLS that others of the listener are offered.</summary>
public enum StartTlsDenial : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>EHLO does not list STARTTLS, and the command is not known.</summary>
    Hidden,

    /// <summary>STARTTLS is answered 454 (RFC 3207 section 4).</summary>
    Unavailable,
}

// Where a session stands (RFC 5321 section 3). Whether a transaction is open is told by its object.
internal enum SessionState : byte
{
    New, // before the greeting
    Refused, // the greeting refused service; only QUIT is left (RFC 5321 section 3.1)
    Connected, // no EHLO or HELO yet, or none since TLS began
    Greeted,
    Data, // between 354 and the end of data
    Answering, // the recipients' replies at end of data are on their way (RFC 2033 section 4.2)
    Authenticating, // each line is the client's response to a challenge
    Mute, // nothing is said any more, whatever comes
    Upgrading, // STARTTLS was answered; the handshake is the transport's
    Ended,
}
