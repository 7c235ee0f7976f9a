using System.Net;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Smtp.Server;

/// <summary>
/// The server side of one dialog, without I/O: octets in, replies and an instruction out (RFC 5321). How commands are read is left to
/// subclasses; how mail is judged, how limits, rules and a stop are applied, and what is reported is the same for all of them. One owner at
/// a time; not safe for concurrent calls.
/// </summary>
public abstract partial class MailSession
{
    private protected readonly IMailboxFilterSource _filters;
    private protected readonly ISessionObserver _observer;
    private protected readonly IPAddress? _connectedAddress;
    private protected readonly uint _number;

    // The session's state.
    private protected SessionProfile _profile;
    private protected SessionState _state;
    private protected bool _isExtended;
    private protected bool _isTls;
    private protected bool _isStopping;

    // Who the client is. The user comes from AUTH or XCLIENT: null for none, empty when a token identified the client by itself. The login
    // is the name given with XCLIENT, null for none.
    private protected IPAddress? _clientAddress;
    private protected IPAddress? _destination;
    private protected byte[] _helo = [];
    private protected byte[]? _user;
    private protected byte[]? _login;

    // The fault made on purpose.
    private readonly ReplyFault _fault;

    // Mail: the open transaction, and the current chunk of a session that supports BDAT.
    private protected MailTransaction? _transaction;
    private protected Chunk? _chunk;

    // The client's faults since they were last reported.
    private protected ProtocolFaults _faults;

    // Whether a reply said that the dialog is over.
    private bool _isShut;

    // What the limits depend on.
    private protected long _lastHeard;
    private protected int _errors;
    private protected int _messages;
    private uint _answers;
    private protected long _lineFeedDeadline = long.MaxValue;

    /// <summary>Starts a dialog.</summary>
    /// <param name="options">Names and limits; shared.</param>
    /// <param name="filters">The rules.</param>
    /// <param name="observer">Receives what is to be counted and logged; shared.</param>
    /// <param name="clientAddress">The client's address; IPv4-mapped addresses are unmapped.</param>
    /// <param name="number">The connection's number, <see cref="SessionFacts.Connection"/>:
    /// different for each dialog of one source of filters.</param>
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
    /// The address to which the client meant to connect, before any redirection; null when unknown. Set before <see cref="Start"/>: the
    /// filter may have another name for the server there. IPv4-mapped addresses are unmapped.
    /// </summary>
    public IPAddress? Destination
    {
        get => _destination;
        set => _destination = Unmap(value);
    }

    /// <summary>
    /// The address of the client on whose behalf the dialog is held: the one that connected, or the one that it named with XCLIENT.
    /// </summary>
    public IPAddress? ClientAddress => _clientAddress;

    /// <summary>
    /// The name that the client authenticated as, in UTF-8; empty when it has not authenticated, or its token has no name.
    /// </summary>
    public ReadOnlySpan<byte> User => _user;

    /// <summary>How many messages have reached their end of data.</summary>
    public int MessageCount => _messages;

    /// <summary>The name given with EHLO or HELO, in UTF-8; empty before that, and once it is no longer valid.</summary>
    public ReadOnlySpan<byte> Helo => _helo;

    /// <summary>How many messages have reached their end of data.</summary>
    public int Messages => _messages;

    /// <summary>
    /// The phase of the dialog. Like the name, the user, the client's address and the number of messages, it may be read by any thread:
    /// each is read as a whole, and may be slightly out of date.
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

    /// <summary>Whether, and how, this session is denied STARTTLS.</summary>
    public StartTlsDenial StartTlsDenial { get; init; }

    /// <summary>Whether the client has encountered <see cref="StartTlsDenial"/>.</summary>
    public bool HasDeniedTls { get; private protected set; }

    /// <summary>Why the session ended or is about to; <see cref="SessionEndReason.None"/> while it goes on.</summary>
    public SessionEndReason EndReason { get; private set; }

    /// <summary>
    /// How many of the next octets need not be read, because they belong to a chunk: they may be given to <see cref="Advance"/> like all
    /// others, or dropped unread and reported with <see cref="Dropped"/>.
    /// </summary>
    public long Droppable => IsInChunk && _transaction is not { IsReading: true } ? _chunk!.Left : 0;

    /// <summary>Whether a message's data is being received (a lost connection now is <see cref="SessionEndReason.ClosedInData"/>).</summary>
    public bool IsInData => IsScanning || IsInChunk || (_transaction is { IsChunked: true } && _state != SessionState.Answering);

    /// <summary>Whether the next octets are those of DATA, each of which has to be looked at.</summary>
    public bool IsScanning => _state == SessionState.Data;

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
    /// The TLS handshake is done. After STARTTLS the dialog starts anew (RFC 3207 section 4.2), without a greeting; before <see
    /// cref="Start"/> it was implicit TLS, and the greeting comes next.
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
    /// Takes what it can of the input and writes replies. Octets of an unfinished command line are not consumed and must be given again,
    /// followed by more; data of a message and octets of a chunk are always consumed. At <see cref="SessionAction.Close"/>, octets that are
    /// not consumed were pipelined after the end: the client had more to say.
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
            // What was sent in the clear after STARTTLS is not part of the dialog (RFC 3207 section 6).
            consumed = input.Length;
        }

        return Conclude(consumed);
    }

    /// <summary>Reports octets of a chunk that were dropped unread, instead of giving them to <see cref="Advance"/>.</summary>
    /// <param name="bytes">How many, 1 to <see cref="Droppable"/>.</param>
    /// <param name="output">Receives the reply when the chunk is complete.</param>
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

    /// <summary>Reports faults of the client that only the transport can see.</summary>
    public void Misspoke(ProtocolFaults faults, Moment now)
    {
        _faults |= faults;
        TellOfFaults(now);
    }

    /// <summary>Reports that the client sent something although a reply had said that the dialog is over.</summary>
    public void SpokeBehindClose() => _observer.Noted(ClientAct.SpokeBehindClose, _number);

    /// <summary>Whether the dialog is over, and a reply has said so.</summary>
    public bool HasShut => _isShut || EndReason is SessionEndReason.TooManyErrors or SessionEndReason.TooManyMessages or SessionEndReason.Shutdown;

    // Takes a part of the input from its start, and returns its length: 0 when more must arrive first.
    private protected abstract int Take(ReadOnlySpan<byte> input, ReplyBuffer output, in Moment now);

    // Takes octets of the current chunk.
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

    // Applies the fault to our own reply to EHLO or HELO, which is the last in the output unless it is delayed as a whole.
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

    // The fault at DATA, when 354 is due: true when another reply was written, and no data is taken.
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

    // Answers STARTTLS in a session that is denied it.
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

/// <summary>What the transport must do next, after sending the pending replies.</summary>
public enum SessionAction : byte
{
    /// <summary>
    /// Receive more octets and call again. Octets not consumed belong in front of them. Of those that come next,
    /// <see cref="MailSession.Droppable"/> may be dropped unread.
    /// </summary>
    Read,

    /// <summary>
    /// Call again with the octets that were not consumed, even if there are none: more replies follow. Those so far may be sent together
    /// with them, unless <see cref="ReplyBuffer.IsFull"/>: then send them first.
    /// </summary>
    Flush,

    /// <summary>
    /// Send the replies, then take nothing from the client until <see cref="MailSession.CheckDeadlines"/> or a stop has
    /// something to say; octets that were not consumed wait. A reply or the rest of one follows, at <see
    /// cref="MailSession.Deadline"/> and not noticeably later.
    /// </summary>
    Pause,

    /// <summary>
    /// Send the replies, then neither take nor send anything until <see cref="MailSession.CheckDeadlines"/> closes or the client leaves.
    /// </summary>
    Stall,

    /// <summary>
    /// Send the replies, throw away every octet received so far, do the TLS handshake, then call <see cref="MailSession.TlsEstablished"/>.
    /// </summary>
    StartTls,

    /// <summary>
    /// Send the replies and close the connection. After <see cref="SessionEndReason.Fault"/>, without a TLS close_notify.
    /// </summary>
    Close,

    /// <summary>Send the replies and reset the connection.</summary>
    Reset,
}

/// <summary>The phase of a dialog, for people.</summary>
public enum DialogPhase : byte
{
    /// <summary>A proxy header is expected first.</summary>
    ProxyHeader,

    /// <summary>The TLS handshake is under way.</summary>
    TlsHandshake,

    /// <summary>The greeting is due.</summary>
    Greeting,

    /// <summary>The greeting refused service: only QUIT is allowed.</summary>
    Refused,

    /// <summary>EHLO is expected.</summary>
    Connected,

    /// <summary>A command is expected, and no transaction is open.</summary>
    Idle,

    /// <summary>The client authenticates.</summary>
    Auth,

    /// <summary>A transaction is open, but has no recipient yet.</summary>
    Mail,

    /// <summary>A transaction is open and has recipients.</summary>
    Rcpt,

    /// <summary>A message is being received or answered.</summary>
    Data,

    /// <summary>A reply is being delayed.</summary>
    Delayed,

    /// <summary>Replies wait for the client to read them.</summary>
    Sending,

    /// <summary>Nothing is sent any more, because of a fault of the policy.</summary>
    Silent,

    /// <summary>The dialog is over; further input is dropped.</summary>
    Closing,
}

/// <summary>How a dialog is denied the TLS that other dialogs of the listener are offered.</summary>
public enum StartTlsDenial : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>EHLO does not list STARTTLS, and the command is not known.</summary>
    Hidden,

    /// <summary>STARTTLS is answered 454 (RFC 3207 section 4).</summary>
    Unavailable,
}

// The state of a session (RFC 5321 section 3). Whether a transaction is open is told by its object.
internal enum SessionState : byte
{
    New, // before the greeting
    Refused, // the greeting refused service; only QUIT is left (RFC 5321 section 3.1)
    Connected, // no EHLO or HELO yet, or none since TLS began
    Greeted,
    Data, // between 354 and the end of data
    Answering, // the recipients' replies at end of data are on their way (RFC 2033 section 4.2)
    Authenticating, // each line is the client's response to a challenge
    Mute, // nothing is sent any more, whatever comes
    Upgrading, // STARTTLS was answered; the handshake is up to the transport
    Ended,
}
