using System.Net;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Tls;
using SmartSink.Transport;

namespace SmartSink.Connections;

/// <summary>The SMTP side of the process, all listeners of it: starts, serves, stops. Used once.</summary>
internal sealed class SmtpHost : IDisposable
{
    /// <summary>How long sessions that were told to go may take to do so before their sockets are closed.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(1);

    private readonly SinkSettings _settings;
    private readonly ConnectionRegistry _registry;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly ITransport _transport;
    private readonly List<Listener> _listeners;
    private readonly ConnectionHeartbeat _heartbeat;

    /// <summary>Prepares a server; nothing is opened yet.</summary>
    /// <param name="settings">Where to listen, names, limits.</param>
    /// <param name="filters">The rules.</param>
    /// <param name="sessionObserver">Who counts and logs the dialogs.</param>
    /// <param name="observers">Who counts the connections of the listener of that name.</param>
    /// <param name="certificates">Gives those in force, for TLS; null when no listener speaks it.</param>
    /// <param name="clock">The clock of all timeouts.</param>
    /// <param name="loggers">Makes the log.</param>
    /// <param name="judge">Who decides about those that authenticate; null to let everybody in.</param>
    /// <param name="sessionOptions">Names and limits of the dialogs; null for those of each listener's settings.</param>
    /// <param name="transport">Where connections come from; null for the settings' own.</param>
    /// <param name="engines">Gives a listener another engine; null, or null from it, for our own.</param>
    public SmtpHost(
        SinkSettings settings,
        IMailboxFilterSource filters,
        ISessionObserver sessionObserver,
        Func<string, IConnectionObserver> observers,
        Func<CertificateSet>? certificates,
        TimeProvider clock,
        ILoggerFactory loggers,
        ICredentialJudge? judge = null,
        SmtpSessionOptions? sessionOptions = null,
        ITransport? transport = null,
        Func<ListenerSettings, EngineKind?>? engines = null)
    {
        _settings = settings;
        _registry = new ConnectionRegistry(settings.MaxConnections, settings.MaxConnectionsPerAddress);
        _clock = clock;
        _heartbeat = new ConnectionHeartbeat(_registry, clock);
        _log = loggers.CreateLogger<SmtpHost>();
        _transport = transport ?? TransportOf(settings);
        var gateways = settings.IsOnContainerNetwork
            ? new GatewayWatch(ContainerNetwork.ReadGateways(), () => settings.MaxConnectionsPerAddress > 0 || filters.Current.WantsDestination, _log.ClientsBehindGateway)
            : null;
        _listeners = [.. settings.AllListeners.Select(ListenerOf)];

        Listener ListenerOf(ListenerSettings listener) => new(listener, ContextOf(listener), _transport);

        ListenerContext ContextOf(ListenerSettings listener)
        {
            var observer = observers(listener.Name);
            var credentials = judge ?? AnyCredentials.Instance;
            var engine = engines?.Invoke(listener);
            var faults = ReplyFaultSource.Of(listener, observer, _log);
            var options = sessionOptions ?? DialogOptions.Of(listener, credentials, engine, faults);
            return new ListenerContext
            {
                Listener = listener.Name,
                SessionOptions = options,
                Engine = engine?.Make(options),
                Trusted = listener.XclientNetworks.IsEmpty
                    ? null
                    : new TrustedSessions(listener.XclientNetworks, DialogOptions.Of(listener, credentials, engine, faults, xclient: true)),
                Filters = filters,
                SessionObserver = sessionObserver,
                Observer = observer,
                Registry = _registry,
                Heartbeat = _heartbeat,
                IsUnixSocket = listener.UnixSocket is not null,
                Proxy = ProxySettings.Of(listener),
                Gateways = listener is { Proxy: ProxyMode.Off, UnixSocket: null } ? gateways : null,
                Refusals = new RefusalReplies(listener.Hostname, listener.Tls == TlsMode.Implicit, sessionObserver, observer),
                Tls = listener.Tls == TlsMode.Off ? null : new TlsSettings(listener, certificates!),
                IsTlsImplicit = listener.Tls == TlsMode.Implicit,
                OriginalDestination = listener.UnixSocket is null ? listener.OriginalDestination : OriginalDestination.Off,
                SendTimeout = listener.IdleTimeout,
                Clock = _clock,
                Log = _log,
            };
        }
    }

    /// <summary>The listeners and where they are, in the order of the settings. Only after <see cref="Start"/>.</summary>
    public IReadOnlyList<ListenerEndpoint> Listeners => [.. _listeners.Select(listener => listener.Bound)];

    /// <summary>The connections that wait to be accepted, by the listener's name; null where the system does not tell.</summary>
    public IEnumerable<(string Listener, AcceptBacklog? Backlog)> Backlogs => _listeners.Select(listener => listener.Backlog);

    /// <summary>How many connections are open now.</summary>
    public int OpenConnections => _registry.Count;

    /// <summary>How many may be open.</summary>
    public int MaxConnections => _settings.MaxConnections;

    /// <summary>The clients of all open connections.</summary>
    public List<IPAddress> OpenClients
    {
        get
        {
            var clients = new List<IPAddress>(_registry.Count);
            foreach (var connection in _registry.Slots)
            {
                if (connection is not null)
                {
                    clients.Add(connection.DialogAddress);
                }
            }

            return clients;
        }
    }

    /// <inheritdoc cref="ConnectionRegistry.List"/>
    public List<ConnectionStatus> ListConnections(uint from, int count, Func<IPAddress, bool> isWanted, out uint? next) =>
        _registry.List(from, count, isWanted, out next);

    /// <summary>How often a connection or listener was called by its transport: the work of all of them, and what a loop without an end would show.</summary>
    public long PollingTurns => _transport.Turns;

    /// <summary>Whether the transport and every open connection waits.</summary>
    public bool IsAtRest
    {
        get
        {
            foreach (var connection in _registry.Slots)
            {
                if (connection is { IsAtRest: false })
                {
                    return false;
                }
            }

            return _transport.IsAtRest;
        }
    }

    /// <summary>Completes when no listener accepts connections any more; fails as soon as the socket of one breaks down. Only after <see cref="Start"/>.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Has something else go wrong with TLS on connections to come, whatever the listeners' settings say.</summary>
    /// <param name="rates">What; null for what the settings say.</param>
    public void OverrideTlsFaults(TlsFaultRates? rates) => _listeners.ForEach(listener => listener.OverrideTlsFaults(rates));

    /// <summary>Starts listening and returns. When one listener cannot, none does.</summary>
    /// <exception cref="ListenException">A listener cannot listen where the settings say.</exception>
    public void Start()
    {
        _listeners.ForEach(listener => listener.Open());
        _transport.Start();
        _heartbeat.Start(_transport);
        _listeners.ForEach(listener => listener.Start());
        Completion = WatchAsync();
    }

    /// <summary>
    /// Stops gracefully: no new connections; idle sessions get 421 4.3.2; transactions may finish within the settings' shutdown
    /// timeout, after which they get 421, too. Returns when all connections are closed.
    /// </summary>
    /// <param name="hurry">Cuts the waiting for transactions short; the sessions are still told.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        _listeners.ForEach(listener => listener.Stop());
        await Task.WhenAll(_listeners.Select(listener => listener.Completion)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listeners.ForEach(listener => listener.Dispose());
        _log.Stopping(OpenConnections);

        if (!await IsEmptyAfterAsync(StopPhase.Draining, _settings.ShutdownTimeout, hurry))
        {
            _log.StopForced(OpenConnections);
            if (!await IsEmptyAfterAsync(StopPhase.Forcing, GoodbyeTimeout, CancellationToken.None))
            {
                await IsEmptyAfterAsync(StopPhase.Aborting, Timeout.InfiniteTimeSpan, CancellationToken.None);
            }
        }

        _heartbeat.Dispose();
        _log.Stopped();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heartbeat.Dispose();
        _transport.Dispose();
        _listeners.ForEach(listener => listener.Dispose());
    }

    private async Task WatchAsync()
    {
        await foreach (var ended in Task.WhenEach(_listeners.Select(listener => listener.Completion)))
        {
            await ended;
        }
    }

    private static ITransport TransportOf(SinkSettings settings) => settings.UsesEpoll
        ? new EpollTransport(settings.PollingThreads)
        : new SocketTransport(settings.PollingThreads);

    private async Task<bool> IsEmptyAfterAsync(StopPhase phase, TimeSpan patience, CancellationToken hurry)
    {
        _listeners.ForEach(listener => listener.Hurry(phase));
        using var done = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        var empty = _registry.WhenEmpty();
        var ended = await Task.WhenAny(empty, Task.Delay(patience, _clock, done.Token));
        await done.CancelAsync();
        return ended == empty;
    }
}
