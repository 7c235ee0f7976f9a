using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>
/// One client's connection: it moves bytes between its socket and its <see cref="MailSession"/>. All of it happens on the thread
/// that its transport gives it, so there is no lock, and no task, closure or timer for a command; other threads leave a signal.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "End closes the socket, and it is reached whatever happens.")]
internal sealed partial class SmtpConnection : IReadyHandler, IOpenConnection
{
    /// <summary>Bytes behind the last reply that are dropped before the connection is closed all the same.</summary>
    private const int LingerBytes = 4 * 1024 * 1024;

    /// <summary>Milliseconds of what the time of the opening is kept in, so that half a word is enough of it.</summary>
    private const int OpenedUnit = 100;

    private static uint _lastId;

    private readonly ListenerContext _context;
    private readonly Channel _channel;
    private readonly uint _id = Interlocked.Increment(ref _lastId);
    private readonly uint _openedAt;
    private MailSession? _session;
    private int _signals;
    private ConnectionPhase _phase;
    private Readiness _readiness;
    private UnfinishedLine _unfinished;
    private long _deadline = long.MaxValue;
    private int _lingered;

    /// <summary>Takes over a connection that was just accepted.</summary>
    public SmtpConnection(ListenerContext context, Channel channel, IPAddress clientAddress)
    {
        _context = context;
        _channel = channel;
        _openedAt = (uint)(context.Now().Milliseconds / OpenedUnit);
        ClientAddress = clientAddress;
        IsAddressKnown = context is { Proxy: null, IsUnixSocket: false };
        _faultDraw = context.Tls?.Faults?.Next();
    }

    /// <summary>The client's address, IPv4-mapped IPv6 already unmapped; the proxy's until its header has come, 127.0.0.1 over a Unix socket.</summary>
    public IPAddress ClientAddress { get; private set; }

    /// <summary>Whether that is the client's own: behind a proxy not before its header has come, and over a Unix socket only if a header names one.</summary>
    public bool IsAddressKnown { get; private set; }

    /// <summary>Whether the registry counts the connection for its address.</summary>
    public bool IsCounted { get; set; }

    /// <summary>The connection's place in the registry.</summary>
    public int Slot { get; set; }

    /// <summary>The <see cref="Moment.Milliseconds"/> at which <see cref="Attend"/> should be called; read by the heartbeat from its own thread.</summary>
    public long Deadline
    {
        get => Volatile.Read(ref _deadline);
        set => Volatile.Write(ref _deadline, value);
    }

    /// <inheritdoc/>
    public bool IsPausing => _phase == ConnectionPhase.Pausing || (_phase == ConnectionPhase.Tls && _tls is { IsPausing: true });

    /// <inheritdoc/>
    uint IOpenConnection.Id => _id;

    /// <inheritdoc/>
    IPAddress IOpenConnection.DialogAddress => _session?.ClientAddress ?? ClientAddress;

    /// <inheritdoc/>
    IOpenConnection? IOpenConnection.NextDue { get; set; }

    /// <summary>Whether the connection has begun, and was not called to its thread.</summary>
    public bool IsAtRest => Volatile.Read(ref _signals) == 0 && _phase != ConnectionPhase.New;

    /// <summary>Gives the connection to its thread, which greets the client.</summary>
    public void Start()
    {
        _context.Log.ConnectionOpened(_id, ClientAddress, _context.Listener);

        // What a proxy connects to is the sink; where the client meant to go stands in the header.
        if (_context.Proxy is null && _context.WantsDestination && _channel.Destination(ClientAddress.AddressFamily) is { } destination)
        {
            Session.Destination = destination;
            _context.Log.ConnectionMeantFor(_id, destination);
        }

        try
        {
            // A new socket has room to write, so this is reported at once.
            _channel.Start(this);
        }
        catch (SocketException error)
        {
            Fail(error);
        }
    }

    /// <summary>Has the connection look at its deadline and at whether the server stops. For any thread.</summary>
    public void Attend() => Signal(ConnectionSignals.Attention);

    /// <inheritdoc/>
    ConnectionStatus IOpenConnection.Describe()
    {
        var (session, tls) = (_session, _tls);
        var now = _context.Now().Milliseconds / OpenedUnit;
        var dialog = session?.Phase ?? DialogPhase.Greeting;
        var phase = _phase switch
        {
            ConnectionPhase.New => DialogPhase.Greeting,
            ConnectionPhase.ProxyHeader => DialogPhase.ProxyHeader,
            ConnectionPhase.Sending => DialogPhase.Sending,
            ConnectionPhase.Stalled => DialogPhase.Silent,
            ConnectionPhase.Lingering or ConnectionPhase.Closed => DialogPhase.Closing,
            ConnectionPhase.Tls when tls is not null => tls.PhaseOf(dialog),
            _ => dialog,
        };
        return new ConnectionStatus(
            _id,
            _context.Listener,
            session?.ClientAddress ?? ClientAddress,
            (now - ((uint)now - _openedAt)) * OpenedUnit,
            phase,
            session is null ? string.Empty : Encoding.UTF8.GetString(session.Helo),
            session is null ? string.Empty : Encoding.UTF8.GetString(session.User),
            tls?.Version ?? SslProtocols.None,
            session?.Messages ?? 0);
    }

    /// <inheritdoc/>
    void IReadyHandler.OnReady(ReadyFlags flags)
    {
        try
        {
            if (_phase == ConnectionPhase.Tls)
            {
                _tls!.OnReady(flags);
                return;
            }

            _readiness.Report(flags);
            switch (_phase)
            {
                case ConnectionPhase.New:
                    Begin();
                    break;
                case ConnectionPhase.ProxyHeader when _readiness.MayRead:
                    TakeHeader();
                    break;
                case ConnectionPhase.Reading when _readiness.MayRead:
                    Converse(SessionAction.Read);
                    break;
                case ConnectionPhase.Sending when (flags & ReadyFlags.Writable) != ReadyFlags.None:
                    SendRest();
                    break;
                case ConnectionPhase.Lingering:
                    HearBehindClose();
                    Linger();
                    break;
                case ConnectionPhase.Pausing when (flags & (ReadyFlags.HungUp | ReadyFlags.Failed)) != ReadyFlags.None:
                    Lost(SocketError.ConnectionReset);
                    break;
                case ConnectionPhase.Stalled when HasLeft():
                    Lost(SocketError.Success);
                    break;
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <inheritdoc/>
    void IReadyHandler.OnPosted()
    {
        var signals = (ConnectionSignals)Interlocked.Exchange(ref _signals, 0);
        try
        {
            if ((signals & ConnectionSignals.TlsEnded) != ConnectionSignals.None)
            {
                OnTlsEnded();
            }

            if ((signals & ConnectionSignals.Attention) != ConnectionSignals.None)
            {
                OnAttention();
            }

            if ((signals & ConnectionSignals.Turn) != ConnectionSignals.None && _phase == ConnectionPhase.Reading)
            {
                Converse(SessionAction.Read);
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <summary>The dialog; made when it is first wanted, which is when the client's address is known.</summary>
    private MailSession Session => _session ??= _context.NewSession(ClientAddress, _id, DrawnDenial);

    private void Begin()
    {
        if (_context.Proxy is { } proxy)
        {
            AwaitHeader(proxy);
        }
        else
        {
            Open();
        }
    }

    private void Open()
    {
        if (_context.IsTlsImplicit)
        {
            StartTls();
        }
        else
        {
            Greet();
        }
    }

    private void Signal(ConnectionSignals signal)
    {
        if (Interlocked.Or(ref _signals, (int)signal) == 0)
        {
            _channel.Post(this);
        }
    }

    private void OnAttention()
    {
        var isDue = Deadline <= _context.Now().Milliseconds;
        switch (_phase)
        {
            case ConnectionPhase.Closed:
                break;
            case ConnectionPhase.Tls:
                _tls!.Attend();
                break;
            case var _ when _context.StopPhase == StopPhase.Aborting:
            case ConnectionPhase.Sending when _context.StopPhase == StopPhase.Forcing && _afterSend != SessionAction.Close:
                End(SessionEndReason.Shutdown);
                break;
            case ConnectionPhase.New:
                Begin();
                OnAttention();
                break;
            case ConnectionPhase.ProxyHeader when _context.StopPhase != StopPhase.Running:
                End(SessionEndReason.Shutdown);
                break;
            case ConnectionPhase.ProxyHeader when isDue:
                End(SessionEndReason.ProxyHeaderLate);
                break;
            case ConnectionPhase.Reading:
            case ConnectionPhase.Pausing:
            case ConnectionPhase.Stalled:
                LookAtSession();
                break;
            case ConnectionPhase.Sending when isDue:
                End(SessionEndReason.SlowClient);
                break;
            case ConnectionPhase.Lingering when isDue:
                End(Session.EndReason);
                break;
        }
    }

    /// <summary>
    /// The session is over and its last reply is on its way. A socket that is closed while bytes of the client are unread, or still come,
    /// answers them with RST, and that throws away the last reply at the client's side. So unless the client has no more to say the
    /// connection lingers: its sending side is shut down, and what comes is dropped until the client closes, for a bounded time and
    /// number of bytes.
    /// </summary>
    private void Close()
    {
        Session.ConnectionEnded(Session.EndReason);
        var clientMaySpeak = _leftUnread || _readiness.MayHoldBytes || (Session.EndReason != SessionEndReason.Quit && !_wasSilent);
        if (!clientMaySpeak || !_channel.ShutdownSend())
        {
            End(Session.EndReason);
            return;
        }

        _phase = ConnectionPhase.Lingering;
        Deadline = _context.In(ListenerContext.LingerTimeout);
        Linger();
    }

    /// <summary>Does the last thing that the session asked for, all replies being sent.</summary>
    private void Leave(SessionAction action)
    {
        switch (action)
        {
            case SessionAction.Stall:
                Stall();
                break;
            case SessionAction.Reset:
                _channel.ResetOnClose();
                End(Session.EndReason);
                break;
            default:
                Close();
                break;
        }
    }

    /// <summary>Takes nothing any more, so that the client's window fills up, until it leaves or the session has had enough.</summary>
    private void Stall()
    {
        _phase = ConnectionPhase.Stalled;
        Deadline = Session.Deadline;
        if (HasLeft())
        {
            Lost(SocketError.Success);
        }
    }

    /// <summary>Looks no further than the first byte: a client that has sent more before it left is noticed only where the transport reports it.</summary>
    private bool HasLeft()
    {
        if (_readiness.IsEndReported)
        {
            return true;
        }

        Span<byte> first = stackalloc byte[1];
        return _readiness.MayRead && _channel.Peek(first, out var error) == 0 && error != SocketError.WouldBlock;
    }

    /// <summary>
    /// Notes a client that goes on although it was told that the dialog is over. What it had sent before it could know is no fault, nor is QUIT; what
    /// comes over TLS cannot be told from the end of TLS.
    /// </summary>
    private void HearBehindClose()
    {
        if (_lingered > 0 || _leftUnread || !Session.HasShut || !_readiness.MayRead)
        {
            return;
        }

        Span<byte> first = stackalloc byte[4];
        var bytes = _channel.Peek(first, out _);
        if (bytes > 0 && !Ascii.EqualsIgnoreCase(first[..bytes], "QUIT"u8[..bytes]))
        {
            Session.SpokeBehindClose();
        }
    }

    /// <summary>Drops what has come; what comes later is reported.</summary>
    private void Linger()
    {
        while (_readiness.MayRead)
        {
            var room = LingerBytes - _lingered;
            var bytes = _channel.Drop(room, out var error);
            _readiness.Received(bytes, room, error);
            _lingered += bytes;
            if ((bytes == 0 && error != SocketError.WouldBlock) || _lingered == LingerBytes)
            {
                End(Session.EndReason);
                return;
            }
        }
    }

    private void Lost(SocketError error) => End(Session.LossReason(inGoodOrder: error == SocketError.Success));

    private void Fail(Exception error)
    {
        _context.Log.ConnectionFailed(error, _id, ClientAddress, _context.Listener);
        End(SessionEndReason.InternalError);
    }

    /// <summary>Closes the socket and reports the end, once.</summary>
    private void End(SessionEndReason reason)
    {
        if (_phase == ConnectionPhase.Closed)
        {
            return;
        }

        _phase = ConnectionPhase.Closed;
        Deadline = long.MaxValue;
        Session.ConnectionEnded(reason);
        if (Session.HasDeniedTls)
        {
            Met(DrawnFault);
        }

        _channel.Close();
        _unfinished.Release();
        _unsent = null;
        _context.Observer.ConnectionClosed(new ConnectionEnd
        {
            Reason = Session.EndReason,
            Client = Session.ClientAddress ?? ClientAddress,
            Connection = _id,
            User = Session.User,
            Messages = Session.MessageCount,
        });
        _context.Log.ConnectionEnded(_id, _context.Listener, Session, ClientAddress);
        _context.Registry.Remove(this);
    }
}

/// <summary>What a connection waits for.</summary>
internal enum ConnectionPhase : byte
{
    /// <summary>The first word of the thread; nothing is said yet.</summary>
    New,

    /// <summary>The header of the proxy between the client and the server.</summary>
    ProxyHeader,

    /// <summary>Octets from the client.</summary>
    Reading,

    /// <summary>The client's reading of its replies.</summary>
    Sending,

    /// <summary>The time at which a reply or more of one is to be sent.</summary>
    Pausing,

    /// <summary>That the client leaves, or the session has had enough: nothing is taken or sent.</summary>
    Stalled,

    /// <summary>The dialog runs over TLS.</summary>
    Tls,

    /// <summary>The client's end of the connection, after the last reply: what still comes is dropped.</summary>
    Lingering,

    /// <summary>Nothing: it is over.</summary>
    Closed,
}

/// <summary>What a connection was called to its thread for.</summary>
[Flags]
internal enum ConnectionSignals
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The deadline or a stop: it is to look at both.</summary>
    Attention = 1,

    /// <summary>Its next turn, after it has had the thread long enough.</summary>
    Turn = 2,

    /// <summary>The dialog over TLS has ended.</summary>
    TlsEnded = 4,
}
