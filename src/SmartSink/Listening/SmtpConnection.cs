using System.Net;
using System.Net.Sockets;
using SmartSink.Smtp.Server;
using SmartSink.Tls;

namespace SmartSink.Listening;

/// <summary>
/// One client's connection: it moves octets between its socket and its <see cref="SmtpSession"/>. It is itself the state of the one
/// asynchronous operation that is under way (a receive or a send), so that a command costs no task, closure or timer.
/// Whoever wants to work on it passes <see cref="ConnectionGate"/>; so the session has one owner at a time.
/// </summary>
internal sealed partial class SmtpConnection : SocketAsyncEventArgs, IThreadPoolWorkItem
{
    private static long _lastId;

    private readonly ConnectionContext _context;
    private readonly Socket _socket;
    private readonly SmtpSession _session;
    private readonly long _id = Interlocked.Increment(ref _lastId);
    private ConnectionGate _gate;
    private ConnectionPhase _phase;
    private ReceiveBuffer _received = new();
    private TlsDialog? _tls;
    private long _deadline = long.MaxValue;

    /// <summary>Takes over a socket that was just accepted.</summary>
    public SmtpConnection(ConnectionContext context, Socket socket)
        : base(true)
    {
        _context = context;
        _socket = socket;
        socket.Blocking = false;
        var address = ((IPEndPoint)socket.RemoteEndPoint!).Address;
        ClientAddress = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        _session = new SmtpSession(context.SessionOptions, context.Filters, context.SessionObserver, ClientAddress);
    }

    /// <summary>The client's address, IPv4-mapped IPv6 already unmapped.</summary>
    public IPAddress ClientAddress { get; }

    /// <summary>The connection's place in the registry.</summary>
    public int Slot { get; set; }

    /// <summary>The <see cref="Moment.Milliseconds"/> at which <see cref="Attend"/> should be called; read by the heartbeat without the gate.</summary>
    public long Deadline
    {
        get => Volatile.Read(ref _deadline);
        set => Volatile.Write(ref _deadline, value);
    }

    /// <summary>Whether the connection waits, and no thread works on it.</summary>
    public bool IsAtRest => _gate.IsFree && _tls is not { IsAtRest: false };

    /// <summary>Greets the client and goes on from there. Returns as soon as there is something to wait for.</summary>
    public void Start()
    {
        _context.Log.ConnectionOpened(_id, ClientAddress);
        Signal(GateSignals.Completed);
    }

    /// <summary>Looks at the deadline and at whether the server stops: now, or as soon as the thread that works on the connection is done.</summary>
    public void Attend() => Signal(GateSignals.Attention);

    /// <summary>What was yielded goes on, on the thread pool.</summary>
    void IThreadPoolWorkItem.Execute() => Signal(GateSignals.Completed);

    /// <inheritdoc/>
    protected override void OnCompleted(SocketAsyncEventArgs e) => Signal(GateSignals.Completed);

    private void Signal(GateSignals signal)
    {
        if (!_gate.Enter(signal))
        {
            return;
        }

        do
        {
            var signals = _gate.Take();
            try
            {
                if (signals.HasFlag(GateSignals.Completed))
                {
                    OnOperationCompleted();
                }

                if (signals.HasFlag(GateSignals.Attention))
                {
                    OnAttention();
                }
            }
            catch (Exception error)
            {
                Fail(error);
            }
        }
        while (!_gate.TryLeave());
    }

    private void OnOperationCompleted()
    {
        switch (_phase)
        {
            case ConnectionPhase.New:
                Greet();
                break;
            case ConnectionPhase.Receiving:
                OnReceived();
                break;
            case ConnectionPhase.Sending:
                OnSent();
                break;
            case ConnectionPhase.Yielded:
                Converse(SessionAction.Read, moreExpected: true);
                break;
            case ConnectionPhase.Tls:
                OnTlsEnded();
                break;
            case ConnectionPhase.Lingering:
                OnLingered();
                break;
        }
    }

    private void OnAttention()
    {
        switch (_phase)
        {
            case ConnectionPhase.Closed:
                break;
            case not ConnectionPhase.Tls when _context.StopPhase == StopPhase.Aborting:
                End(SessionEndReason.Shutdown);
                break;
            case ConnectionPhase.Receiving:
                LookAtSession();
                break;
            case ConnectionPhase.Sending when _context.StopPhase == StopPhase.Forcing:
                End(SessionEndReason.Shutdown);
                break;
            case ConnectionPhase.Sending when Deadline <= _context.Now().Milliseconds:
                End(SessionEndReason.SlowClient);
                break;
            case ConnectionPhase.Lingering when Deadline <= _context.Now().Milliseconds:
                End(_session.EndReason);
                break;
            case ConnectionPhase.Tls:
                _tls!.Attend();
                break;
        }
    }

    /// <summary>The client is silent and the session's time has come, or the server stops.</summary>
    private void LookAtSession()
    {
        var wasInData = _session.IsInData;
        var replies = ThreadBuffers.TakeReplies();
        var action = AskSession(replies);
        if (action == SessionAction.Close)
        {
            // The receive under way keeps the connection from a second operation, so what the socket does not take now is lost.
            SendNow(replies, out _);
            Close(clientMaySpeak: wasInData, receiving: true);
        }
        else
        {
            Deadline = _session.Deadline;
        }

        ThreadBuffers.Return(replies);
    }
}
