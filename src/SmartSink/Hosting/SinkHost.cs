using System.Net.Sockets;
using Prometheus;
using SmartSink.Auth;
using SmartSink.Behaviour;
using SmartSink.Connections;
using SmartSink.Engines;
using SmartSink.Events;
using SmartSink.Http;
using SmartSink.Http.Api;
using SmartSink.Http.Page;
using SmartSink.Observers;
using SmartSink.Policy;
using SmartSink.Reports;
using SmartSink.Scenarios;
using SmartSink.Senders;
using SmartSink.Settings;
using SmartSink.Telemetry;
using SmartSink.Tls;
using SmartSink.Watching;

namespace SmartSink.Hosting;

/// <summary>Puts the host together: what needs what.</summary>
internal static class SinkHost
{
    /// <summary>Above what SMTP may take to stop: its goodbyes, then HTTP.</summary>
    private static readonly TimeSpan StopReserve = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A builder with nothing in it but what the sink asks for: the empty one starts faster than the slim one, and no second source
    /// of settings (ASPNETCORE_URLS and the like) can contradict ours.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(SinkSettings settings, TimeProvider clock, ILoggerFactory loggers, DroppedLogEvents dropped)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "smartsink" });
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(clock);
        services.AddSingleton(_ => loggers);
        services.AddSingleton<SinkState>();
        services.AddSingleton<HttpConnectionLimit>();
        services.AddRoutingCore();
        if (settings.Api)
        {
            services.AddApi();
        }

        services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.ShutdownTimeout + StopReserve);
        services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        services.AddSingleton(dropped);
        services.AddSingleton(_ => new SinkMetrics(settings.MetricsMaxDomains));
        services.AddSingleton<ConnectionMetrics>();
        services.AddSingleton<SessionMetrics>();
        services.AddSingleton<PolicyMetrics>();
        services.AddSingleton(_ => new SenderTable());

        // Asked for when there is a change: providers behave before anybody is told of it.
        services.AddSingleton(provider => new LedgerKeeper(
            settings.LedgerMegabytes, at => PolicyInForce.Read(provider.GetRequiredService<BehaviourFilters>(), at), clock, provider.GetRequiredService<ILogger<LedgerKeeper>>()));
        services.AddSingleton<Reloaders>();
        services.AddSingleton<SessionReporter>();
        services.AddSingleton<ProcessDescriptors>();
        services.AddSingleton<BehaviourMetrics>();
        services.AddSingleton<BehaviourReporter>();
        services.AddSingleton<ReportContexts>();
        if (settings.Api)
        {
            services.AddSingleton<SinkEvents>();
            services.AddSingleton(new MessageSamples(settings.SampleOneIn));
        }

        return builder;
    }

    /// <summary>Adds what was read from files at the start, and what keeps it in step with them.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="name">What is read, in a word for the log.</param>
    /// <param name="source">What has read the files; there may be none.</param>
    /// <param name="first">What it read.</param>
    /// <param name="reloads">Counts what becomes of changes.</param>
    public static void AddReloaded<T>(this IServiceCollection services, string name, IReloadSource<T> source, Reading<T> first, Func<SinkMetrics, Counter> reloads)
        where T : class
    {
        services.AddSingleton(provider =>
        {
            var reloader = new Reloader<T>(name, source, first, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FileWatch>>());
            if (provider.GetService<SinkEvents>() is { } events)
            {
                reloader.Reloaded += (_, report) => events.Reloaded(name, report);
            }

            return reloader;
        });
        services.AddSingleton<IReloader>(provider => provider.GetRequiredService<Reloader<T>>());
        services.AddSingleton<Action<SinkMetrics>>(provider => metrics => PolicyMetrics.ShowReloads(metrics, reloads(metrics), provider.GetRequiredService<Reloader<T>>()));
    }

    /// <summary>Adds what goes over the policy for a while.</summary>
    public static void AddOverlays(this IServiceCollection services, PolicySource source) => services.AddSingleton(provider => new OverlayKeeper(
        provider.GetRequiredService<Reloader<PolicySnapshot>>(),
        source.Overlay,
        provider.GetRequiredService<BehaviourFilters>(),
        provider.GetRequiredService<SmtpHost>(),
        provider.GetService<Reloader<CertificateSet>>(),
        provider.GetService<SinkEvents>() is { } events ? (action, name) => events.OverrideChanged(action, "overlay", name) : null,
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<OverlayKeeper>>()));

    /// <summary>Adds SMTP.</summary>
    public static void AddSmtp(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var policy = provider.GetRequiredService<Reloader<PolicySnapshot>>();
            return new BehaviourFilters(
                () => policy.Current,
                provider.GetRequiredService<TimeProvider>().ReadMoment(),
                provider.GetRequiredService<SinkSettings>().StateCapacity,
                provider.GetRequiredService<BehaviourReporter>());
        });
        services.AddSingleton(provider => new SmtpHost(
            provider.GetRequiredService<SinkSettings>(),
            provider.GetRequiredService<BehaviourFilters>(),
            provider.GetRequiredService<SessionReporter>(),
            provider.GetRequiredService<ConnectionMetrics>().ForListener,
            CurrentOf(provider.GetService<Reloader<CertificateSet>>()),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            JudgeOf(provider),
            engines: PackageEngine.Of));
        services.AddHostedService<SmtpWorker>();
        services.AddHostedService<ReloadWorker>();
        services.AddSingleton(provider => new RateSampler(
            provider.GetRequiredService<SessionMetrics>(), OpenConnectionsOf(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new MailSummary(
            provider.GetRequiredService<SinkSettings>().LogSummary,
            provider.GetRequiredService<SessionMetrics>(),
            OpenConnectionsOf(provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<MailSummary>>()));
        services.AddHostedService<EverySecond>();
    }

    /// <summary>Adds HTTP on a socket that listens already.</summary>
    public static void ListenOn(this WebApplicationBuilder builder, Socket socket)
    {
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = _ => socket);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            HttpLimits.Set(options.Limits);
            var connections = options.ApplicationServices.GetRequiredService<HttpConnectionLimit>();
            options.Listen(socket.LocalEndPoint!, listen => listen.Use(next => connection => connections.RunAsync(connection, next)));
        });
    }

    /// <summary>Adds the pages, and makes the metrics count from here on.</summary>
    public static void MapSink(this WebApplication app)
    {
        var services = app.Services;
        var metrics = services.GetRequiredService<SinkMetrics>();
        var server = services.GetRequiredService<SmtpHost>();
        services.GetRequiredService<PolicyMetrics>();
        BehaviourMetrics.Show(metrics, services.GetRequiredService<SessionMetrics>(), services.GetRequiredService<BehaviourFilters>(), services.GetRequiredService<TimeProvider>().ReadMoment);
        services.GetRequiredService<DroppedLogEvents>().Show(metrics);
        services.GetRequiredService<LedgerKeeper>().Show(metrics);
        if (services.GetRequiredService<SinkSettings>().KeepsLedger)
        {
            services.GetRequiredService<LedgerKeeper>().Start();
        }

        ProcessMetrics.Show(metrics);
        ConnectionMetrics.ShowLimits(metrics, services.GetRequiredService<SinkSettings>().MaxConnections, () => server.Backlogs);
        metrics.BeforePage(() => metrics.PollingTurns.IncTo(server.PollingTurns));
        foreach (var show in services.GetServices<Action<SinkMetrics>>())
        {
            show(metrics);
        }

        app.UseProblemAnswers();
        app.MapMetrics(metrics);
        app.MapHealth(services.GetRequiredService<SinkState>(), services.GetRequiredService<Reloader<PolicySnapshot>>());
        if (services.GetRequiredService<SinkSettings>().Api)
        {
            app.MapApi();
            app.MapPage();
        }
        else
        {
            app.MapIndex();
        }
    }

    private static Func<int> OpenConnectionsOf(IServiceProvider services)
    {
        var server = services.GetRequiredService<SmtpHost>();
        return () => server.OpenConnections;
    }

    private static CredentialJudge JudgeOf(IServiceProvider services)
    {
        var settings = services.GetRequiredService<SinkSettings>();
        var policy = services.GetRequiredService<Reloader<PolicySnapshot>>();
        return new CredentialJudge(
            CurrentOf(services.GetService<Reloader<UserList>>()), settings.AuthFailPercent, settings.AuthTempFailPercent, () => policy.Current.DrawForAuthentication());
    }

    private static Func<T>? CurrentOf<T>(Reloader<T>? reloader)
        where T : class => reloader is null ? null : () => reloader.Current;

    // A reloader's first look takes in all of its files, and that is left until SMTP answers.
    // The same goes for keeping the policy, of which at most starts nothing is new.
    private sealed class ReloadWorker(IEnumerable<IReloader> reloaders, Reloader<PolicySnapshot> policy, KeptPolicy kept) : IHostedService
    {
        private Task _keeping = Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            policy.Reloaded += (_, report) =>
            {
                if (report.Result == ReloadResult.Applied)
                {
                    kept.Write(policy.Current);
                }
            };
            if (!policy.IsKept)
            {
                var first = policy.Current;
                _keeping = Task.Run(() => kept.Write(first), CancellationToken.None);
            }

            foreach (var reloader in reloaders)
            {
                reloader.Start();
            }

            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            foreach (var reloader in reloaders)
            {
                reloader.Dispose();
            }

            return Task.WhenAny(_keeping, Task.Delay(FileWatch.DisposeTimeout, CancellationToken.None));
        }
    }
}
