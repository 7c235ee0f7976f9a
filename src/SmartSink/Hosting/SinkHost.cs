using System.Diagnostics.Metrics;
using System.Net.Sockets;
using SmartSink.Authentication;
using SmartSink.Configuration;
using SmartSink.Http;
using SmartSink.Listening;
using SmartSink.Observability;
using SmartSink.Observability.Exposition;
using SmartSink.Observability.Logging;
using SmartSink.Observability.Metrics;
using SmartSink.Policy;
using SmartSink.Reloading;
using SmartSink.Shared;
using SmartSink.Tls;

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
        services.AddSingleton<MetricsCollector>();
        services.AddSingleton<ConnectionMetrics>();
        services.AddSingleton<DialogMetrics>();
        services.AddSingleton<PolicyMetrics>();
        services.AddSingleton<ProcessMetrics>();
        services.AddSingleton<SessionReporter>();
        return builder;
    }

    /// <summary>Adds the policy that was read at the start, and what keeps it in step with its files.</summary>
    public static void AddPolicy(this IServiceCollection services, string mainFile, PolicyLoadResult first)
    {
        var holder = new PolicyHolder(first.Snapshot!);
        services.AddSingleton(holder);
        services.AddSingleton(provider => new PolicyReloader(
            mainFile, first, holder, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PolicyReloader>>()));
        services.AddHostedService<ReloadWorker>();
    }

    /// <summary>Adds the certificates that were read at the start, and what keeps them in step with their files.</summary>
    public static void AddCertificates(this IServiceCollection services, CertificateStore store, CertificateSet first)
    {
        var holder = new CertificateHolder(first);
        services.AddSingleton(holder);
        services.AddSingleton<CertificateMetrics>();
        if (store.Files.Files.Count > 0)
        {
            services.AddSingleton(provider => new CertificateReloader(
                store, holder, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<CertificateReloader>>()));
        }
    }

    /// <summary>Adds the users that were read at the start, and what keeps them in step with their file.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="file">The file.</param>
    /// <param name="readAt">When it was read.</param>
    /// <param name="first">The users.</param>
    public static void AddUsers(this IServiceCollection services, string file, DateTimeOffset readAt, UserList first)
    {
        var holder = new UserListHolder(first);
        services.AddSingleton(holder);
        services.AddSingleton<UserListMetrics>();
        services.AddSingleton(provider => new UserListReloader(
            file, readAt, holder, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<UserListReloader>>()));
    }

    /// <summary>Adds SMTP.</summary>
    public static void AddSmtp(this IServiceCollection services)
    {
        services.AddSingleton(provider => new SmtpServer(
            provider.GetRequiredService<SinkSettings>(),
            provider.GetRequiredService<PolicyHolder>(),
            provider.GetRequiredService<SessionReporter>(),
            provider.GetRequiredService<ConnectionMetrics>().ForListener,
            provider.GetService<CertificateHolder>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>(),
            JudgeOf(provider.GetService<UserListHolder>(), provider.GetRequiredService<SinkSettings>(), provider.GetRequiredService<PolicyHolder>())));
        services.AddHostedService<SmtpWorker>();
    }

    private static CredentialJudge JudgeOf(UserListHolder? users, SinkSettings settings, PolicyHolder policy) =>
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
        var collector = services.GetRequiredService<MetricsCollector>();
        services.GetRequiredService<ConnectionMetrics>();
        services.GetRequiredService<DialogMetrics>();
        services.GetRequiredService<PolicyMetrics>();
        services.GetService<CertificateMetrics>();
        services.GetService<UserListMetrics>();
        services.GetRequiredService<DroppedLogEvents>().Register(services.GetRequiredService<IMeterFactory>());
        services.GetRequiredService<ProcessMetrics>();
        app.UseProblemAnswers();
        app.MapIndex();
        app.MapMetrics(collector);
        app.MapHealth(services.GetRequiredService<SinkState>(), services.GetRequiredService<PolicyHolder>());
    }
}
