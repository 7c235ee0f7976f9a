using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using SmartSink.Connections;
using SmartSink.Settings;
using SmartSink.Smtp.Server;
using SmartSink.Testing;
using SmartSink.Testing.Dialogs;
using SmartSink.Testing.Time;
using SmartSink.Tls;

namespace SmartSink.Tests.Connections;

/// <summary>A server on a free port of the loopback, with a clock that the test moves.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    /// <summary>The transport without a port.</summary>
    public const string Memory = "memory";

    /// <summary>Epoll, on a Unix socket.</summary>
    public const string EpollOnUnix = "epoll" + OnUnix;

    /// <summary>The runtime's sockets, on a Unix socket.</summary>
    public const string SocketsOnUnix = "sockets" + OnUnix;

    private const string OnUnix = " on unix";

    private const int HeartbeatTimers = 1;
    private static readonly AsyncLocal<string?> Chosen = new();

    private readonly TemporaryFolder _state = new();
    private readonly MemoryTransport? _memory;
    private bool _stopped;

    private RunningServer(
        Func<SinkSettings, SinkSettings> configure,
        IMailboxFilterSource filters,
        SmtpSessionOptions? options,
        MemoryTransport? memory = null,
        Func<ListenerSettings, EngineKind?>? engines = null)
    {
        _memory = memory ?? (Over == Memory ? new MemoryTransport() : null);
        Settings = configure(new SinkSettings
        {
            ListenAddress = IPAddress.Loopback,
            Port = 0,
            Hostname = "mx.sink.test",
            StateFolder = _state.Path,
            StartTls = false,
            UnixSocket = IsUnix ? _state.Combine("smtp.sock") : null,
            Transport = _memory is not null ? TransportChoice.Auto : Enum.Parse<TransportChoice>(Over.Replace(OnUnix, null, StringComparison.Ordinal), ignoreCase: true),
        });
        var certificates = Settings.TlsListeners.Count == 0 ? null : new CertificateStore(Settings, Clock, NullLogger<CertificateStore>.Instance).Load();
        Certificate = certificates?.Default;

        // What the first handshake would wait for, on a thread that IsAtRest knows nothing of.
        Certificate?.Context.Wait();
        Server = new SmtpHost(
            Settings, filters, Sessions, _ => Connections, certificates is null ? null : () => certificates, Clock, NullLoggerFactory.Instance, sessionOptions: options, transport: _memory, engines: engines);
        Server.Start();
    }

    /// <summary>Which transport the servers of a test are on: epoll, sockets, memory, or one of the first two on a Unix socket; the system's own unless told.</summary>
    public static string Over
    {
        get => Chosen.Value ?? "auto";
        set => Chosen.Value = value;
    }

    /// <summary>Whether the servers of a test listen on a Unix socket.</summary>
    public static bool IsUnix => Over.EndsWith(OnUnix, StringComparison.Ordinal);

    public SinkSettings Settings { get; }

    public ManualTimeProvider Clock { get; } = new();

    public RecordingObserver Sessions { get; } = new();

    public RecordingConnectionObserver Connections { get; } = new();

    public ServerCertificate? Certificate { get; }

    public SmtpHost Server { get; }

    /// <summary>Where clients connect, to the first listener, if that has a port.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)EndPointOf(0);

    public static RunningServer Start(
        Func<SinkSettings, SinkSettings>? configure = null, IMailboxFilter? filter = null, Func<ListenerSettings, EngineKind?>? engines = null) =>
        new(configure ?? (settings => settings), new FilterSwitch(filter ?? new AcceptAll()), options: null, engines: engines);

    /// <summary>A server without a port, whose clients take few bytes at a time.</summary>
    public static RunningServer Start(MemoryTransport memory, Func<SinkSettings, SinkSettings> configure) =>
        new(configure, new FilterSwitch(new AcceptAll()), options: null, memory);

    /// <summary>A server for dialogs with names and limits of their own.</summary>
    public static RunningServer Start(SmtpSessionOptions options, IMailboxFilterSource filters, Func<ListenerSettings, EngineKind?>? engines = null) =>
        new(settings => settings with { StartTls = options.OfferStartTls, IdleTimeout = options.IdleTimeout }, filters, options, engines: engines);

    /// <summary>A client that is connected and has read the greeting.</summary>
    public async Task<SmtpTestClient> GreetedAsync()
    {
        var client = await ConnectAsync();
        (await client.ReplyAsync()).ShouldStartWith("220 mx.sink.test ");
        return client;
    }

    /// <summary>A client whose handshake comes next: behind the 220 to STARTTLS, or at once.</summary>
    public async Task<SmtpTestClient> BeforeHandshakeAsync()
    {
        if (Settings.Tls == TlsMode.Implicit)
        {
            return await ConnectAsync();
        }

        var client = await GreetedAsync();
        (await client.AskAsync("EHLO client.example")).ShouldContain("STARTTLS");
        (await client.AskAsync("STARTTLS")).ShouldStartWith("220 2.0.0");
        return client;
    }

    /// <summary>A client that is connected and has said and read nothing.</summary>
    public async Task<SmtpTestClient> ConnectAsync(int listener = 0) => _memory is null
        ? await SmtpTestClient.ConnectAsync(EndPointOf(listener))
        : new SmtpTestClient(_memory.Connect((IPEndPoint)EndPointOf(listener)));

    /// <summary>Lets time go by, once the server has worked off what it was sent so far, and waits until it has done what was due then.</summary>
    public async Task PassAsync(TimeSpan time, long received)
    {
        await SettledAsync(received);
        Clock.Advance(time);
        await SettledAsync(received);
    }

    /// <summary>Waits until the server has received that many octets in all and has nothing left to do.</summary>
    public async Task SettledAsync(long received)
    {
        var patience = Patience.Token();
        while (Connections.Received < received || !Server.IsAtRest)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Lets second after second go by until a connection ends, and says why it did.</summary>
    public async Task<SessionEndReason> PassUntilEndAsync()
    {
        var end = Connections.NextEndAsync().AsTask();
        while (!end.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await end;
    }

    /// <summary>Waits until as many connections have come; they may be gone again.</summary>
    public async Task OpenedAsync(int connections)
    {
        var patience = Patience.Token();
        while (Connections.Opened < connections)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Waits until no connection is open.</summary>
    public Task EmptyAsync() => RoomAsync(0);

    /// <summary>Waits until as many connections are open: one that says nothing to a listener for proxies is accepted after a second or two.</summary>
    public async Task AcceptedAsync(int connections)
    {
        var patience = Patience.Token();
        while (Server.OpenConnections < connections)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Waits until no more than that many connections are open.</summary>
    public async Task RoomAsync(int connections)
    {
        var patience = Patience.Token();
        while (Server.OpenConnections > connections)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>
    /// Waits until a stop under way waits for the clock. Moved before that, the clock would run past deadlines of the sessions, which
    /// have other reasons to end then.
    /// </summary>
    public async Task WaitsInStopAsync()
    {
        var patience = Patience.Token();
        while (Clock.TimerCount <= HeartbeatTimers)
        {
            patience.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>
    /// Stops the server as the host does, once every connection waits: one that is still busy, having sent the reply that the test
    /// read, would linger for the client's end, by a clock that stands still.
    /// </summary>
    public async Task StopAsync()
    {
        _stopped = true;
        await SettledAsync(received: 0);
        await Server.StopAsync(CancellationToken.None).WaitAsync(Patience.Token());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            var stopping = Server.StopAsync(new CancellationToken(canceled: true));
            while (!stopping.IsCompleted)
            {
                Clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            await stopping;
        }

        Server.Dispose();
        _state.Dispose();
    }

    private EndPoint EndPointOf(int listener) =>
        Server.Listeners[listener].EndPoint is IPEndPoint { Port: var port } ? new IPEndPoint(IPAddress.Loopback, port) : Server.Listeners[listener].EndPoint;
}
