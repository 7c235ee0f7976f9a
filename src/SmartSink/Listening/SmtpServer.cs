using System.Net;
using System.Net.Security;
using SmartSink.Configuration;
using SmartSink.Listening.Polling;
using SmartSink.Smtp.Server;
using SmartSink.Tls;

namespace SmartSink.Listening;

/// <summary>The SMTP side of the process: starts, serves, stops. Used once.</summary>
internal sealed class SmtpServer : IDisposable
{
    /// <summary>How long sessions that were told to go may take to do so before their sockets are closed.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(1);

    private readonly SinkSettings _settings;
    private readonly ConnectionContext _context;
    private readonly RefusalReplies _refusals;
    private readonly List<SocketPoller> _pollers = [];
    private SmtpListener? _listener;
    private int _turn;
    private Acceptor? _acceptor;
    private ConnectionHeartbeat? _heartbeat;

    /// <summary>Prepares a server; nothing is opened yet.</summary>
    /// <param name="settings">Where to listen, names, limits.</param>
    /// <param name="filters">The rules.</param>
    /// <param name="sessionObserver">Who counts and logs the dialogs.</param>
    /// <param name="observer">Who counts the connections.</param>
    /// <param name="certificate">For STARTTLS, from <see cref="CertificateStore"/>; null when it is not offered.</param>
    /// <param name="clock">The clock of all timeouts.</param>
    /// <param name="loggers">Makes the log.</param>
    /// <param name="sessionOptions">Names and limits of the dialogs; null for those of the settings.</param>
    public SmtpServer(
        SinkSettings settings,
        IMailboxFilterSource filters,
        ISessionObserver sessionObserver,
        IConnectionObserver observer,
        SslStreamCertificateContext? certificate,
        TimeProvider clock,
        ILoggerFactory loggers,
        SmtpSessionOptions? sessionOptions = null)
    {
        _settings = settings;
        _refusals = new RefusalReplies(settings.Hostname);
        _context = new ConnectionContext
        {
            SessionOptions = sessionOptions ?? SessionOptionsFrom(settings, certificate is not null),
            Filters = filters,
            SessionObserver = sessionObserver,
            Observer = observer,
            Registry = new ConnectionRegistry(settings.MaxConnections, settings.MaxConnectionsPerAddress),
            Tls = certificate is null ? null : new TlsSettings(certificate, settings.TlsVersions, settings.TlsHandshakeTimeout),
            SendTimeout = settings.IdleTimeout,
            Clock = clock,
            Log = loggers.CreateLogger<SmtpServer>(),
        };
    }

    /// <summary>Where the server listens. Only after <see cref="Start"/>.</summary>
    public IPEndPoint BoundEndPoint => (_listener ?? throw new InvalidOperationException("The server is not started.")).EndPoint;

    /// <summary>How many connections are open now.</summary>
    public int OpenConnections => _context.Registry.Count;

    /// <summary>Whether every polling thread and every open connection waits.</summary>
    public bool IsAtRest
    {
        get
        {
            foreach (var connection in _context.Registry.Slots)
            {
                if (connection is { IsAtRest: false })
                {
                    return false;
                }
            }

            return _pollers.TrueForAll(poller => poller.IsWaiting);
        }
    }

    /// <summary>Completes when no more connections are accepted: well after a stop, failed when the listening socket broke down.</summary>
    public Task Completion => _acceptor?.Completion ?? Task.CompletedTask;

    /// <summary>Starts listening and returns.</summary>
    /// <exception cref="ListenException">The server cannot listen where the settings say.</exception>
    public void Start()
    {
        _listener = SmtpListener.Open(_settings.ListenAddress, _settings.Port);
        _heartbeat = new ConnectionHeartbeat(_context.Registry, _context.Clock);
        _pollers.AddRange(Enumerable.Range(1, _settings.PollingThreads).Select(number => new SocketPoller($"smtp {number}")));
        var accepting = _pollers[0];
        _acceptor = new Acceptor(new PolledAcceptQueue(_listener, accepting), accepting.Post, Welcome, _context.Observer, _context.Clock, _context.Log);
        _context.Log.Listening(BoundEndPoint);
        _acceptor.Start();
    }

    /// <summary>
    /// Stops gracefully: no new connections; idle sessions get 421 4.3.2; transactions may finish within the settings' shutdown
    /// timeout, after which they get 421, too. Returns when all connections are closed.
    /// </summary>
    /// <param name="hurry">Cuts the waiting for transactions short; the sessions are still told.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        _acceptor?.Stop();
        await Completion.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _listener?.Dispose();
        _context.Log.Stopping(OpenConnections);

        if (!await IsEmptyAfterAsync(StopPhase.Draining, _settings.ShutdownTimeout, hurry))
        {
            _context.Log.StopForced(OpenConnections);
            if (!await IsEmptyAfterAsync(StopPhase.Forcing, GoodbyeTimeout, CancellationToken.None))
            {
                await IsEmptyAfterAsync(StopPhase.Aborting, Timeout.InfiniteTimeSpan, CancellationToken.None);
            }
        }

        _heartbeat?.Dispose();
        _context.Log.Stopped();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heartbeat?.Dispose();
        _acceptor?.Dispose();
        _pollers.ForEach(poller => poller.Dispose());
        _listener?.Dispose();
    }

    private static SmtpSessionOptions SessionOptionsFrom(SinkSettings settings, bool offerStartTls) => new()
    {
        Hostname = settings.Hostname,
        Banner = settings.Banner,
        MaxMessageSize = settings.MaxMessageSize,
        MaxRecipients = settings.MaxRecipients,
        MaxMessages = settings.MaxMessages,
        MaxErrors = settings.MaxErrors,
        OfferStartTls = offerStartTls,
        IdleTimeout = settings.IdleTimeout,
        TransactionTimeout = settings.TransactionTimeout,
        MinDataRate = settings.MinDataRate,
    };

    private void Welcome(int descriptor, IPAddress client)
    {
        _context.Observer.ConnectionOpened();
        var connection = new SmtpConnection(_context, NextPoller(), descriptor, client);
        var refusal = _context.Registry.TryAdd(connection);
        if (refusal == SessionEndReason.None)
        {
            connection.Start();
            return;
        }

        _context.Observer.BytesSent(_refusals.Refuse(descriptor, refusal));
        _context.SessionObserver.ReplyWritten(RefusalReplies.Code);
        _context.Observer.ConnectionClosed(refusal);
        _context.Log.ConnectionRefused(client, refusal);
    }

    private SocketPoller NextPoller() => _pollers[_turn = (_turn + 1) % _pollers.Count];

    private async Task<bool> IsEmptyAfterAsync(StopPhase phase, TimeSpan patience, CancellationToken hurry)
    {
        _context.StopPhase = phase;
        foreach (var connection in _context.Registry.Slots.ToArray())
        {
            connection?.Attend();
        }

        using var done = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        var empty = _context.Registry.WhenEmpty();
        var ended = await Task.WhenAny(empty, Task.Delay(patience, _context.Clock, done.Token));
        await done.CancelAsync();
        return ended == empty;
    }
}
