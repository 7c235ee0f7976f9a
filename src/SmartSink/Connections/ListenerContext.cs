using System.Net;
using SmartSink.Settings;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;
using SmartSink.Tls;

namespace SmartSink.Connections;

/// <summary>What all connections of a listener share.</summary>
internal sealed class ListenerContext
{
    /// <summary>How long a connection stays for what the client still sends after the last reply.</summary>
    public static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(2);

    private int _stopPhase;

    /// <summary>The listener's name.</summary>
    public required string Listener { get; init; }

    /// <summary>Names and limits of a dialog.</summary>
    public required SmtpSessionOptions SessionOptions { get; init; }

    /// <summary>Whose dialogs go otherwise; null for nobody's.</summary>
    public required TrustedSessions? Trusted { get; init; }

    /// <summary>What leads the dialogs; null for our own engine.</summary>
    public required ISessionEngine? Engine { get; init; }

    /// <summary>The rules.</summary>
    public required IMailboxFilterSource Filters { get; init; }

    /// <summary>Who counts and logs the dialogs.</summary>
    public required ISessionObserver SessionObserver { get; init; }

    /// <summary>Who counts the connections.</summary>
    public required IConnectionObserver Observer { get; init; }

    /// <summary>Where the connections stand.</summary>
    public required ConnectionRegistry Registry { get; init; }

    /// <summary>Calls them when their time has come.</summary>
    public required ConnectionHeartbeat Heartbeat { get; init; }

    /// <summary>Whether clients come over a Unix socket: they have no address, and count as this machine's.</summary>
    public bool IsUnixSocket { get; init; }

    /// <summary>Which header of a proxy comes first; null when none does.</summary>
    public required ProxySettings? Proxy { get; init; }

    /// <summary>Looks at where clients come from; null where they are known to come from themselves.</summary>
    public GatewayWatch? Gateways { get; init; }

    /// <summary>What a client is told that finds no room.</summary>
    public required RefusalReplies Refusals { get; init; }

    /// <summary>How TLS is spoken; null when it is not.</summary>
    public required TlsSettings? Tls { get; init; }

    /// <summary>Whether TLS comes before the greeting (RFC 8314 section 3.3).</summary>
    public required bool IsTlsImplicit { get; init; }

    /// <summary>When to find out where a client meant to connect to.</summary>
    public required OriginalDestination OriginalDestination { get; init; }

    /// <summary>How long a batch of replies may wait for a client that does not read; zero for no limit.</summary>
    public required TimeSpan SendTimeout { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Log { get; init; }

    /// <summary>How urgently the server stops.</summary>
    public StopPhase StopPhase
    {
        get => (StopPhase)Volatile.Read(ref _stopPhase);
        set => Volatile.Write(ref _stopPhase, (int)value);
    }

    /// <summary>Whether to find out now where a client meant to connect to.</summary>
    public bool WantsDestination => OriginalDestination switch
    {
        OriginalDestination.On => true,
        OriginalDestination.Off => false,
        _ => Filters.Current.WantsDestination,
    };

    /// <summary>The present moment.</summary>
    public Moment Now() => Clock.ReadMoment();

    /// <summary>The dialog with a client.</summary>
    /// <param name="client">Its address.</param>
    /// <param name="number">The connection's number.</param>
    /// <param name="denial">Whether it is kept from STARTTLS.</param>
    public MailSession NewSession(IPAddress client, uint number, StartTlsDenial denial) => Engine is { } engine
        ? engine.NewSession(this, client, number, denial)
        : new SmtpSession(OptionsFor(client), Filters, SessionObserver, client, number) { StartTlsDenial = denial };

    /// <summary>What a session wants whose client is silent: by its own deadlines, or as urgently as the server stops.</summary>
    /// <param name="session">The session.</param>
    /// <param name="replies">Takes what the client is to be told.</param>
    public SessionAction AskSession(MailSession session, ReplyBuffer replies)
    {
        var phase = StopPhase;
        var step = phase == StopPhase.Running
            ? session.CheckDeadlines(replies, Now())
            : session.Shutdown(replies, Now(), force: phase >= StopPhase.Forcing);
        return step.Action;
    }

    /// <summary>A deadline from now, in <see cref="Moment.Milliseconds"/>; never for zero.</summary>
    public long In(TimeSpan time) =>
        time == TimeSpan.Zero ? long.MaxValue : Now().Milliseconds + (long)time.TotalMilliseconds;

    private SmtpSessionOptions OptionsFor(IPAddress client) =>
        Trusted is { } trusted && trusted.Networks.Contains(client) ? trusted.SessionOptions : SessionOptions;
}

/// <summary>What leads the dialogs of a listener in place of our own engine.</summary>
internal interface ISessionEngine
{
    /// <summary>The dialog with a client; nothing is said before it is started.</summary>
    MailSession NewSession(ListenerContext context, IPAddress client, uint number, StartTlsDenial denial);
}

/// <summary>Another engine than our own, and what it has: its listeners offer nothing else.</summary>
/// <param name="Extensions">Its extensions.</param>
/// <param name="Mechanisms">Its mechanisms of AUTH.</param>
/// <param name="Make">Makes it for a listener, by the names and limits of the dialogs there.</param>
internal sealed record EngineKind(SmtpExtensions Extensions, IReadOnlyList<AuthMechanism> Mechanisms, Func<SmtpSessionOptions, ISessionEngine> Make);

/// <summary>How urgently the server stops. It only ever grows.</summary>
internal enum StopPhase
{
    /// <summary>It does not stop.</summary>
    Running,

    /// <summary>Idle sessions get 421 and close, sessions in a transaction may finish it.</summary>
    Draining,

    /// <summary>The time for finishing is over: every session gets 421 and closes.</summary>
    Forcing,

    /// <summary>What is still there is closed without a word.</summary>
    Aborting,
}

/// <summary>Clients that are believed when they say for whom they speak.</summary>
/// <param name="Networks">Where they are.</param>
/// <param name="SessionOptions">Names and limits of their dialogs.</param>
internal sealed record TrustedSessions(NetworkList Networks, SmtpSessionOptions SessionOptions);

/// <summary>Which header of the PROXY protocol a listener's connections begin with.</summary>
/// <param name="Mode">The versions allowed.</param>
/// <param name="Networks">The proxies that are believed.</param>
/// <param name="Timeout">How long a connection may take for its header.</param>
internal sealed record ProxySettings(ProxyMode Mode, NetworkList Networks, TimeSpan Timeout)
{
    /// <summary>Those of a listener; null when its connections begin without a header.</summary>
    public static ProxySettings? Of(ListenerSettings listener) =>
        listener.Proxy == ProxyMode.Off ? null : new ProxySettings(listener.Proxy, listener.ProxyNetworks, listener.ProxyTimeout);
}

/// <summary>From a listener's settings to what its sessions go by.</summary>
internal static class DialogOptions
{
    /// <summary>Names and limits of the listener's dialogs.</summary>
    /// <param name="listener">The settings.</param>
    /// <param name="judge">Who decides about those that authenticate.</param>
    /// <param name="engine">What leads the dialogs; null for our own engine, which has everything.</param>
    /// <param name="faults">What goes wrong on purpose; null for nothing.</param>
    /// <param name="xclient">Whether the client may speak for others by XCLIENT.</param>
    public static SmtpSessionOptions Of(ListenerSettings listener, ICredentialJudge judge, EngineKind? engine, IReplyFaultSource? faults, bool xclient = false) => new()
    {
        Protocol = listener.Protocol,
        Hostname = listener.Hostname,
        Banner = listener.Banner,
        MaxMessageSize = listener.MaxMessageSize,
        MaxRecipients = listener.MaxRecipients,
        MaxMessages = listener.MaxMessages,
        MaxErrors = listener.MaxErrors,
        OfferStartTls = listener.Tls == TlsMode.StartTls,
        Extensions = (SmtpExtensions.Default | listener.AddedExtensions | (xclient ? SmtpExtensions.Xclient : SmtpExtensions.None))
            & ~listener.HiddenExtensions & (engine?.Extensions ?? ~SmtpExtensions.None),
        Auth = new AuthOptions
        {
            Mode = listener.Auth,
            AllowCleartext = listener.AuthCleartext,
            Mechanisms = engine is null ? listener.AuthMechanisms : [.. listener.AuthMechanisms.Intersect(engine.Mechanisms)],
            Judge = judge,
        },
        RequireTls = listener.TlsRequired,
        Strict = listener.Strict,
        RefuseEhlo = listener.HidesEhlo,
        ReplyFaults = faults,
        IdleTimeout = listener.IdleTimeout,
        TransactionTimeout = listener.TransactionTimeout,
        MinDataRate = listener.MinDataRate,
    };
}

/// <summary>Draws for the sessions of one listener; nothing of the policy's draws is touched.</summary>
/// <param name="rates">The listener's faults, one at least.</param>
/// <param name="observer">Who counts them.</param>
/// <param name="log">Where they are shown.</param>
internal sealed class ReplyFaultSource(ReplyFaultRates rates, IConnectionObserver observer, ILogger log) : IReplyFaultSource
{
    private readonly Lock _lock = new();
    private readonly Random _random = rates.Seed is { } seed ? new Random(seed) : new Random();

    /// <inheritdoc/>
    public TimeSpan LateLineDelay => rates.LateLineDelay;

    /// <summary>That of a listener; null when nothing goes wrong on it.</summary>
    public static ReplyFaultSource? Of(ListenerSettings listener, IConnectionObserver observer, ILogger log) =>
        listener.ReplyFaults.Faults.Any() ? new ReplyFaultSource(listener.ReplyFaults, observer, log) : null;

    /// <inheritdoc/>
    public ReplyFault Next()
    {
        lock (_lock)
        {
            return rates.Pick(_random.NextDouble());
        }
    }

    /// <inheritdoc/>
    public void Met(ReplyFault fault, IPAddress? client)
    {
        observer.ReplyFaultMet(fault);
        log.ReplyFaultMet(client, ReplyFaults.Words[(int)fault]);
    }
}

/// <summary>Where moments come from: sessions read no clock.</summary>
internal static class ClockReading
{
    /// <summary>The present moment.</summary>
    public static Moment ReadMoment(this TimeProvider clock)
    {
        var timestamp = clock.GetTimestamp();

        // Linux and macOS count nanoseconds, Windows something else.
        var ticks = clock.TimestampFrequency == 1_000_000_000
            ? timestamp / 100
            : (long)((Int128)timestamp * TimeSpan.TicksPerSecond / clock.TimestampFrequency);
        return new Moment(ticks / TimeSpan.TicksPerMillisecond, clock.GetUtcNow()) { Ticks = ticks };
    }
}
