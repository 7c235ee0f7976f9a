using System.Net.Sockets;
using Prometheus;
using SmartSink.Auth;
using SmartSink.Connections;
using SmartSink.Http;
using SmartSink.Policy;
using SmartSink.Settings;
using SmartSink.Shared;
using SmartSink.Telemetry;
using SmartSink.Tls;
using SmartSink.Watching;

namespace SmartSink.Hosting;

/// <summary>Puts the host together: what needs what.</summary>
internal static class SinkHost
{
    /// <summary>A scraper, a probe and some browsers: more would take descriptors that are kept for other things (<see cref="DescriptorLimit"/>).</summary>
    private const int MaxHttpConnections = 64;

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
        services.AddRoutingCore();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.ShutdownTimeout + StopReserve);
        services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        services.AddSingleton(dropped);
        services.AddSingleton<SinkMetrics>();
        services.AddSingleton<ConnectionMetrics>();
        services.AddSingleton<SessionMetrics>();
        services.AddSingleton<PolicyMetrics>();
        services.AddSingleton<SessionReporter>();
        return builder;
    }

    /// <summary>Adds the policy that was read at the start, and what keeps it in step with its files.</summary>
    public static void AddPolicy(this IServiceCollection services, string mainFile, PolicyLoadResult first)
    {
        var holder = new PolicyHolder(first.Snapshot!);
        services.AddSingleton(holder);
        services.AddSingleton<FileFollower>(provider => new PolicyReloader(
            mainFile, first, holder, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PolicyReloader>>()));
        services.AddHostedService<ReloadWorker>();
    }

    /// <summary>Adds what else was read from files at the start, and what keeps it in step with them.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="source">What has read the files; there may be none.</param>
    /// <param name="first">What was read.</param>
    /// <param name="reloads">Counts what becomes of changes.</param>
    public static void AddReloaded<T>(this IServiceCollection services, IReloadSource<T> source, T first, Func<SinkMetrics, Counter> reloads)
        where T : class, IReloadable<T>
    {
        var holder = new ReloadHolder<T>(first);
        services.AddSingleton(holder);
        services.AddSingleton<Action<SinkMetrics>>(_ => metrics => PolicyMetrics.ShowReloads(metrics, reloads(metrics), holder));
        if (source.Files.Files.Count > 0)
        {
            services.AddSingleton<FileFollower>(provider => new FileReloader<T>(
                source, holder, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FileFollower>>()));
        }
    }

    /// <summary>Adds SMTP.</summary>
    public static void AddSmtp(this IServiceCollection services)
    {
        services.AddSingleton(provider => new SmtpHost(
            provider.GetRequiredService<SinkSettings>(),
            provider.GetRequiredService<PolicyHolder>(),
            provider.GetRequiredService<SessionReporter>(),
            provider.GetRequiredService<ConnectionMetrics>().ForListener,
            provider.GetService<ReloadHolder<CertificateSet>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            JudgeOf(provider.GetService<ReloadHolder<UserList>>(), provider.GetRequiredService<SinkSettings>(), provider.GetRequiredService<PolicyHolder>())));
        services.AddHostedService<SmtpWorker>();
    }

    private static CredentialJudge JudgeOf(ReloadHolder<UserList>? users, SinkSettings settings, PolicyHolder policy) =>
        new(users, settings.AuthFailPercent, settings.AuthTempFailPercent, () => policy.Snapshot.DrawForAuthentication());

    /// <summary>Adds HTTP on a socket that listens already.</summary>
    public static void ListenOn(this WebApplicationBuilder builder, Socket socket)
    {
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(options => options.CreateBoundListenSocket = _ => socket);
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = MaxHttpConnections;
            options.Listen(socket.LocalEndPoint!);
        });
    }

    /// <summary>Adds the pages, and makes the metrics count from here on.</summary>
    public static void MapSink(this WebApplication app)
    {
        var services = app.Services;
        var metrics = services.GetRequiredService<SinkMetrics>();
        var server = services.GetRequiredService<SmtpHost>();
        services.GetRequiredService<PolicyMetrics>();
        services.GetRequiredService<DroppedLogEvents>().Show(metrics);
        ProcessMetrics.Show(metrics);
        metrics.BeforePage(() => metrics.PollingTurns.IncTo(server.PollingTurns));
        foreach (var show in services.GetServices<Action<SinkMetrics>>())
        {
            show(metrics);
        }

        app.UseProblemAnswers();
        app.MapIndex();
        app.MapMetrics(metrics);
        app.MapHealth(services.GetRequiredService<SinkState>(), services.GetRequiredService<PolicyHolder>());
    }
}
