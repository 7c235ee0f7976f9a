using System.Net;
using Serilog.Events;
using SmartSink.Settings.Values;

namespace SmartSink.Settings;

/// <summary>The process's settings after all sources were read and checked. Immutable. The defaults stand here, the names in <c>SettingCatalog</c>.</summary>
internal sealed record SinkSettings : ListenerSettings
{
    /// <summary>Where the policy is looked for, unless said otherwise; only there it may be missing.</summary>
    public const string DefaultPolicyFile = "policy/responses.toml";

    /// <summary>SINK_LISTENERS: where and how SMTP is served; empty for one listener of these settings themselves.</summary>
    public IReadOnlyList<ListenerSettings> Listeners { get; init; } = [];

    /// <summary>SINK_HTTP_LISTEN.</summary>
    public IPAddress HttpListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Whether the process is in a container that does not share its host's network.</summary>
    public bool IsOnContainerNetwork { get; init; }

    /// <summary>SINK_REPLICA: what tells this sink's seeded draws from those of its replicas; null when there are none.</summary>
    public string? Replica { get; init; }

    /// <summary>SINK_HTTP: 0 (any free one) to 65535.</summary>
    public int HttpPort { get; init; } = 8000;

    /// <summary>SINK_API: whether there is a control API, and its page.</summary>
    public bool Api { get; init; } = true;

    /// <summary>SINK_API_TOKEN: what a client that is not on this machine has to show before it may change anything; null for none.</summary>
    public string? ApiToken { get; init; }

    /// <summary>SINK_API_TOKEN_FILE: a file whose first line is that token; null for none.</summary>
    public string? ApiTokenFile { get; init; }

    /// <summary>SINK_API_HOSTS: names by which browsers may reach the API, in addition to those that nobody else can have.</summary>
    public IReadOnlyList<string> ApiHosts { get; init; } = [];

    /// <summary>SINK_SAMPLE: of so many messages the header of one is kept; 0 for none.</summary>
    public int SampleOneIn { get; init; }

    /// <summary>SINK_LEDGER: whether what senders do is kept from the start, for their report.</summary>
    public bool KeepsLedger { get; init; }

    /// <summary>SINK_LEDGER_MEMORY: what that may take in memory, in MB; at least 4.</summary>
    public int LedgerMegabytes { get; init; } = 256;

    /// <summary>SINK_METRICS_MAX_DOMAINS: how many domains and patterns have series of their own, at least 1.</summary>
    public int MetricsMaxDomains { get; init; } = 1000;

    /// <summary>SINK_DATA: the policy's main file.</summary>
    public string PolicyFile { get; init; } = DefaultPolicyFile;

    /// <summary>The rules of the report card; null for <c>report.toml</c> beside the policy file, or else the built-in ones.</summary>
    public string? ReportFile { get; init; }

    /// <summary>SINK_DEFAULT_BOUNCE: 0 to 100; null for the policy file's.</summary>
    public decimal? DefaultBouncePercent { get; init; }

    /// <summary>SINK_DEFAULT_DEFER: 0 to 100 less <see cref="DefaultBouncePercent"/>; null for the policy file's.</summary>
    public decimal? DefaultDeferPercent { get; init; }

    /// <summary>SINK_STATE: the folder for what must survive a restart (the self-signed certificate, the last policy in force); null for none.</summary>
    public required string? StateFolder { get; init; }

    /// <summary>SINK_STRICT_START: whether mistakes in the policy stop the start, even where an earlier one is kept.</summary>
    public bool StrictStart { get; init; }

    /// <summary>SINK_TLS_CERT: a PEM file with the certificate and its chain; null for a self-signed one.</summary>
    public string? TlsCertificateFile { get; init; }

    /// <summary>SINK_TLS_KEY: a PEM file with the private key; null when SINK_TLS_CERT holds both.</summary>
    public string? TlsKeyFile { get; init; }

    /// <summary>SINK_AUTH_USERS: a file of users and passwords; null when anybody is let in.</summary>
    public string? AuthUsersFile { get; init; }

    /// <summary>SINK_AUTH_FAIL_PERCENT: of attempts that would be let in, those refused with 535; 0 to 100.</summary>
    public decimal AuthFailPercent { get; init; }

    /// <summary>SINK_AUTH_TEMPFAIL_PERCENT: those answered 454; 0 to 100 less <see cref="AuthFailPercent"/>.</summary>
    public decimal AuthTempFailPercent { get; init; }

    /// <summary>SINK_TLS_CERTS: a folder of PEM files for the names that clients ask for; null for none.</summary>
    public string? TlsCertificateFolder { get; init; }

    /// <summary>SINK_POLLING_THREADS: threads that work on the connections, at least 1; all processors but one, as the sender often runs on the same machine.</summary>
    public int PollingThreads { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>SINK_TRANSPORT: how bytes come and go.</summary>
    public TransportChoice Transport { get; init; }

    /// <summary>Whether epoll is to be used, in place of the runtime's sockets.</summary>
    public bool UsesEpoll => Transport switch
    {
        TransportChoice.Auto => OperatingSystem.IsLinux(),
        _ => Transport == TransportChoice.Epoll,
    };

    /// <summary>SINK_MAX_CONNECTIONS: at least 1.</summary>
    public int MaxConnections { get; init; } = 32768;

    /// <summary>SINK_MAX_CONNECTIONS_PER_IP: 0 for no limit.</summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>SINK_STATE_MAX: how many keys providers remember, at least 100; about 100 octets each.</summary>
    public int StateCapacity { get; init; } = 1_000_000;

    /// <summary>SINK_SHUTDOWN_TIMEOUT: how long a stop waits for open transactions.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>SINK_LOG_LEVEL.</summary>
    public LogEventLevel LogLevel { get; init; } = LogEventLevel.Information;

    /// <summary>SINK_LOG_FORMAT: true for JSON, one object a line.</summary>
    public bool LogJson { get; init; }

    /// <summary>How often what becomes of mail is logged in a line; zero for never.</summary>
    public TimeSpan LogSummary { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Every listener of the process, at least one.</summary>
    public IReadOnlyList<ListenerSettings> AllListeners => Listeners.Count > 0 ? Listeners : [ToListener()];

    /// <summary>Those that speak TLS.</summary>
    public IReadOnlyList<ListenerSettings> TlsListeners => [.. AllListeners.Where(listener => listener.Tls != TlsMode.Off)];

    /// <summary>The settings of a process that was given none; some depend on the machine.</summary>
    public static SinkSettings DefaultsFor(IReadOnlyDictionary<string, string> environment)
    {
        var isOnContainerNetwork = ContainerNetwork.IsOwn(environment);
        return new()
        {
            StateFolder = DefaultStateFolder(environment),
            Hostname = HostnameText.TryParse(Environment.MachineName, out var name) ? name : "localhost",
            IsOnContainerNetwork = isOnContainerNetwork,

            // The host's own name must not change what a seed gives: that is the same on every machine.
            Replica = isOnContainerNetwork && ContainerNetwork.IsNumbered(Environment.MachineName) ? Environment.MachineName : null,
        };
    }

    // A folder that anybody can foretell and make, such as one for temporary files, is no place for a private key. The XDG base directory specification: a relative path in the variable is to be passed over. Windows sets LOCALAPPDATA.
    private static string? DefaultStateFolder(IReadOnlyDictionary<string, string> environment)
    {
        var parent = environment.GetValueOrDefault("XDG_STATE_HOME");
        if (!Path.IsPathFullyQualified(parent ?? string.Empty))
        {
            var home = environment.GetValueOrDefault("HOME");
            parent = Path.IsPathFullyQualified(home ?? string.Empty) ? Path.Combine(home!, ".local", "state")
                : environment.GetValueOrDefault("LOCALAPPDATA") is { } local && Path.IsPathFullyQualified(local) ? local
                : null;
        }

        return parent is null ? null : Path.Combine(parent, "smartsink");
    }
}

/// <summary>What carries the SMTP connections.</summary>
internal enum TransportChoice
{
    /// <summary>By epoll where there is one, on Linux, and by the runtime's sockets elsewhere.</summary>
    Auto,

    /// <summary>By epoll.</summary>
    Epoll,

    /// <summary>By the runtime's sockets.</summary>
    Sockets,
}
