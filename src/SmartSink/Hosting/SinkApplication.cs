using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Serilog.Extensions.Logging;
using SmartSink.Auth;
using SmartSink.Engines;
using SmartSink.Http;
using SmartSink.Policy;
using SmartSink.Settings;
using SmartSink.Shared;
using SmartSink.Telemetry;
using SmartSink.Tls;
using SmartSink.Transport;
using SmartSink.Watching;

namespace SmartSink.Hosting;

/// <summary>The running sink: everything between its settings and its end.</summary>
internal sealed class SinkApplication : IAsyncDisposable
{
    /// <summary>How long the end waits for whoever reads the log: a reader that has stopped must not keep the process from ending.</summary>
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Connections for HTTP that may wait to be accepted.</summary>
    private const int HttpBacklog = 512;

    /// <summary>More than a token, and remarks below it.</summary>
    private const int LargestTokenFile = 64 * 1024;

    private readonly WebApplication _app;
    private readonly ILogger _log;
    private readonly SinkMetrics _metrics;
    private readonly TimeProvider _clock;

    private SinkApplication(WebApplication app, IPEndPoint http)
    {
        _app = app;
        HttpEndPoint = http;
        State = app.Services.GetRequiredService<SinkState>();
        Policy = app.Services.GetRequiredService<Reloader<PolicySnapshot>>();
        _log = app.Services.GetRequiredService<ILogger<SinkApplication>>();
        _metrics = app.Services.GetRequiredService<SinkMetrics>();
        _clock = app.Services.GetRequiredService<TimeProvider>();
    }

    /// <summary>Where HTTP listens.</summary>
    public IPEndPoint HttpEndPoint { get; }

    /// <summary>Where the first listener for SMTP listens, if that is an address and port.</summary>
    public IPEndPoint SmtpEndPoint => (IPEndPoint)State.Listeners[0].EndPoint;

    /// <summary>How far it is.</summary>
    public SinkState State { get; }

    /// <summary>What it is put together of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The policy in force.</summary>
    public Reloader<PolicySnapshot> Policy { get; }

    /// <summary>Starts the sink; it answers mail when this returns.</summary>
    /// <param name="settings">All settings.</param>
    /// <param name="files">appsettings.json, for the log's own section.</param>
    /// <param name="warnings">What is to be said about the settings once there is a log.</param>
    /// <param name="clock">The clock of everything.</param>
    /// <exception cref="StartException">It cannot start; nothing is left open.</exception>
    public static async Task<SinkApplication> StartAsync(
        SinkSettings settings, IConfiguration files, IReadOnlyList<string> warnings, TimeProvider clock)
    {
        var dropped = new DroppedLogEvents();
        var loggers = OpenLog(settings, files, dropped);
        SinkApplication sink;
        try
        {
            sink = await BuildAsync(settings, warnings, clock, loggers, dropped);
        }
        catch
        {
            loggers.Dispose();
            throw;
        }

        await sink.StartAsync();
        return sink;
    }

    /// <summary>Has all files read now, and logs what came of it.</summary>
    public void Reload() => Services.GetRequiredService<Reloaders>().ReadAll();

    /// <summary>Logs the counts of the metrics in a few lines.</summary>
    public async Task LogSummaryAsync()
    {
        foreach (var (subject, counts) in await _metrics.SummaryAsync(_clock.GetUtcNow()))
        {
            _log.Summary(subject, counts);
        }
    }

    /// <summary>Waits until the process was told to stop, and has stopped.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <summary>Stops gracefully.</summary>
    public Task StopAsync() => _app.StopAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        State.Stopping();

        // The log writes out what waits in its queue before it lets go of its thread, and blocks this one all the while.
        var disposing = Task.Run(() => _app.DisposeAsync().AsTask());
        if (await Task.WhenAny(disposing, Task.Delay(DisposeTimeout)) == disposing)
        {
            await disposing;
        }
    }

    private static async Task<SinkApplication> BuildAsync(
        SinkSettings settings, IReadOnlyList<string> warnings, TimeProvider clock, ILoggerFactory loggers, DroppedLogEvents dropped)
    {
        var log = loggers.CreateLogger<SinkApplication>();
        foreach (var warning in warnings)
        {
            log.SettingsWarning(warning);
        }

        RefuseWhatEnginesLack(settings);
        settings = WithToken(settings);
        settings = WithinDescriptors(settings, log);

        // All files are read while the host is put together; their mistakes are still told in this order.
        var policySource = new PolicySource(settings, clock, loggers.CreateLogger<PolicySource>());
        var policy = Task.Run(policySource.Read);
        var store = new CertificateStore(settings, clock, loggers.CreateLogger<CertificateStore>());
        var certificates = settings.TlsListeners.Count > 0 ? Task.Run(() => ReadAsync(store, settings)) : null;
        var builder = SinkHost.CreateBuilder(settings, clock, loggers, dropped);
        var kept = new KeptPolicy(settings, clock, loggers.CreateLogger<KeptPolicy>());
        builder.Services.AddSingleton(kept);
        builder.Services.AddOverlays(policySource);
        builder.Services.AddReloaded("policy", policySource, await OrThrow(OrKeptAsync(policy, policySource, kept, settings)), metrics => metrics.PolicyReloads);
        policySource.TellMissing();
        if (certificates is not null)
        {
            builder.Services.AddReloaded("certificates", store, await OrThrow(certificates), metrics => metrics.TlsCertificateReloads);
        }

        if (settings.AuthUsersFile is { } path)
        {
            var users = new UserListFile(path, clock, loggers.CreateLogger<UserListFile>());
            builder.Services.AddReloaded("users", users, await OrThrow(Task.Run(users.Read)), metrics => metrics.AuthUserReloads);
        }

        builder.Services.AddSmtp();
        var socket = OpenHttp(settings);
        var http = (IPEndPoint)socket.LocalEndPoint!;
        builder.ListenOn(socket);
        var app = builder.Build();
        app.MapSink();
        return new SinkApplication(app, http);
    }

    private static async Task<Reading<PolicySnapshot>> OrKeptAsync(Task<Reading<PolicySnapshot>> read, PolicySource source, KeptPolicy kept, SinkSettings settings)
    {
        var reading = await read;
        if (reading.Value is not null)
        {
            source.TellDiagnostics();
        }
        else if (!settings.StrictStart && kept.Read() is { } policy)
        {
            source.TellKept(policy, kept.FileOf(policy));
            return reading with { Value = policy, IsKept = true };
        }

        return reading;
    }

    private static SerilogLoggerFactory OpenLog(SinkSettings settings, IConfiguration files, DroppedLogEvents dropped)
    {
        try
        {
            return new SerilogLoggerFactory(SinkLogger.Create(settings, files, dropped), dispose: true);
        }
        catch (InvalidDataException exception)
        {
            throw new StartException(ExitCodes.Usage, [exception.Message], exception);
        }
    }

    private static SinkSettings WithinDescriptors(SinkSettings settings, ILogger log)
    {
        var limit = DescriptorLimit.Read();
        var connections = DescriptorLimit.Connections(settings.MaxConnections, limit);
        if (connections < settings.MaxConnections)
        {
            log.ConnectionsLimited(limit, connections, settings.MaxConnections);
        }

        return settings with { MaxConnections = connections };
    }

    private static SinkSettings WithToken(SinkSettings settings)
    {
        if (settings is not { Api: true, ApiTokenFile: { } file })
        {
            return settings;
        }

        try
        {
            var line = RegularFile.ReadAllText(file, LargestTokenFile).Split('\n')[0].TrimEnd('\r');
            return SettingKinds.Token.TryParse(line, out var token)
                ? settings with { ApiToken = token }
                : throw new StartException(ExitCodes.Usage, [$"SINK_API_TOKEN_FILE: {file} has no token in its first line: {SettingKinds.Token.Expected} are expected"]);
        }
        catch (FileException exception)
        {
            throw new StartException(ExitCodes.Usage, [$"SINK_API_TOKEN_FILE: {file} cannot be read: {exception.Message}"], exception);
        }
    }

    private static void RefuseWhatEnginesLack(SinkSettings settings)
    {
        var lines = EngineRules.ErrorsIn(settings).ToList();
        if (lines.Count > 0)
        {
            throw new StartException(ExitCodes.Usage, lines);
        }
    }

    private static async Task<Reading<CertificateSet>> ReadAsync(CertificateStore store, SinkSettings settings)
    {
        var reading = store.Read();
        if (reading.Value is { } certificates)
        {
            var versions = settings.TlsListeners.Aggregate(SslProtocols.None, (all, listener) => all | listener.TlsVersions);
            try
            {
                await TlsVersionProbe.CheckAsync(versions, certificates.Default);
            }
            catch (CertificateException exception)
            {
                throw new StartException(ExitCodes.Usage, [exception.Message], exception);
            }
        }

        return reading;
    }

    private static async Task<Reading<T>> OrThrow<T>(Task<Reading<T>> reading)
        where T : class
    {
        var result = await reading;
        return result.Value is not null ? result : throw new StartException(ExitCodes.Usage, result.Diagnostics);
    }

    private static Socket OpenHttp(SinkSettings settings)
    {
        try
        {
            return ListenSocket.Open(new IPEndPoint(settings.HttpListenAddress, settings.HttpPort), HttpBacklog, socket => socket.SendBufferSize = HttpLimits.SendBuffer);
        }
        catch (ListenException exception)
        {
            throw new StartException(ExitCodes.Failure, [$"{(exception.Key == ListenException.AddressKey ? "SINK_HTTP_LISTEN" : "SINK_HTTP")}: {exception.Message}"], exception);
        }
    }

    private async Task StartAsync()
    {
        var stopping = _app.Lifetime.ApplicationStopping;
        var hasList = _app.Services.GetRequiredService<SinkSettings>().Listeners.Count > 0;
        try
        {
            await _app.StartAsync();
        }
        catch (Exception exception)
        {
            await _app.DisposeAsync();
            if (exception is ListenException listen)
            {
                var key = hasList ? $"Listeners, {listen.Listener}, {listen.Key}" : SettingCatalog.OfListener.Single(setting => setting.Key == listen.Key).Environment;
                throw new StartException(listen.Key == ListenException.OwnerKey ? ExitCodes.Usage : ExitCodes.Failure, [$"{key}: {listen.Message}"], listen);
            }

            if (exception is OperationCanceledException && stopping.IsCancellationRequested)
            {
                // A signal came before the start was over: that is a stop, and nobody's mistake.
                throw new StartException(ExitCodes.Success, [], exception);
            }

            throw;
        }

        var snapshot = Policy.Current;
        _log.Started(ProductVersion.Text, string.Join(" and ", State.Listeners.Select(listener => listener.Protocol).Distinct()), string.Join(", ", State.Listeners.Select(listener => listener.Address)), HttpEndPoint, snapshot.Hash, snapshot.DomainCount);
    }
}

/// <summary>What is said about the process, ids 200 to 209.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(200, LogLevel.Information, "SmartSink {Version} answers {Protocols} on {Listeners} and HTTP on {Http}; policy {Hash}, domains and patterns: {Domains}")]
    public static partial void Started(this ILogger log, string version, string protocols, string listeners, EndPoint http, string hash, int domains);

    [LoggerMessage(201, LogLevel.Critical, "SMTP listener failed; shutting down")]
    public static partial void ListenerFailed(this ILogger log, Exception exception);

    [LoggerMessage(202, LogLevel.Warning, "{Warning}")]
    public static partial void SettingsWarning(this ILogger log, string warning);

    [LoggerMessage(205, LogLevel.Information, "Counts, {Subject}: {Counts}")]
    public static partial void Summary(this ILogger log, string subject, string counts);

    [LoggerMessage(203, LogLevel.Information, "The limit of {Limit} open files leaves room for {Connections} SMTP connections instead of {Wanted}; raise it (ulimit -n) to serve more")]
    public static partial void ConnectionsLimited(this ILogger log, int? limit, int connections, int wanted);
}
