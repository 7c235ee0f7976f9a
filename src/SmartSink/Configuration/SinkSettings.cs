using System.Net;
using System.Security.Authentication;
using Serilog.Events;

namespace SmartSink.Configuration;

/// <summary>The process's settings after all sources were read and checked. Immutable; the names and defaults stand in <c>SettingCatalog</c>.</summary>
internal sealed record SinkSettings
{
    /// <summary>SINK_LISTEN: the addresses SMTP listens on; null for all, dual stack.</summary>
    public IPAddress? ListenAddress { get; init; }

    /// <summary>SINK_PORT: 0 (any free one) to 65535.</summary>
    public int Port { get; init; } = 2525;

    /// <summary>SINK_HTTP_LISTEN.</summary>
    public IPAddress HttpListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>SINK_HTTP: 0 (any free one) to 65535.</summary>
    public int HttpPort { get; init; } = 8000;

    /// <summary>SINK_DATA: the policy's main file.</summary>
    public string PolicyFile { get; init; } = "policy/responses.toml";

    /// <summary>SINK_STATE: the folder for what must survive a restart (the self-signed certificate).</summary>
    public required string StateFolder { get; init; }

    /// <summary>SINK_HOSTNAME.</summary>
    public required string Hostname { get; init; }

    /// <summary>SINK_BANNER.</summary>
    public string Banner { get; init; } = "ESMTP SmartSink, all mail is discarded";

    /// <summary>SINK_STARTTLS: whether STARTTLS is offered.</summary>
    public bool StartTls { get; init; } = true;

    /// <summary>SINK_TLS_CERT: a PEM file with the certificate and its chain; null for a self-signed one.</summary>
    public string? TlsCertificateFile { get; init; }

    /// <summary>SINK_TLS_KEY: a PEM file with the private key; null when SINK_TLS_CERT holds both.</summary>
    public string? TlsKeyFile { get; init; }

    /// <summary>SINK_TLS_VERSIONS: the versions offered, "1.2", "1.3" or both.</summary>
    public SslProtocols TlsVersions { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>SINK_TLS_HANDSHAKE_TIMEOUT.</summary>
    public TimeSpan TlsHandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>SINK_POLLING_THREADS: threads that work on the connections, at least 1; half of the processors, because the other half is the sender's.</summary>
    public int PollingThreads { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>SINK_MAX_CONNECTIONS: at least 1.</summary>
    public int MaxConnections { get; init; } = 32768;

    /// <summary>SINK_MAX_CONNECTIONS_PER_IP: 0 for no limit.</summary>
    public int MaxConnectionsPerAddress { get; init; }

    /// <summary>SINK_MAX_RECIPIENTS: at least 1.</summary>
    public int MaxRecipients { get; init; } = 1000;

    /// <summary>SINK_MAX_MESSAGES: messages per connection, 0 for no limit.</summary>
    public int MaxMessages { get; init; }

    /// <summary>SINK_MAX_MESSAGE_SIZE: octets (KiB, MiB, GiB suffixes are understood), 0 for no limit.</summary>
    public long MaxMessageSize { get; init; } = 50L * 1024 * 1024;

    /// <summary>SINK_MAX_ERRORS: per connection, 0 for no limit.</summary>
    public int MaxErrors { get; init; } = 20;

    /// <summary>SINK_IDLE_TIMEOUT.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>SINK_TRANSACTION_TIMEOUT.</summary>
    public TimeSpan TransactionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>SINK_MIN_DATA_RATE: octets per second, 0 for no limit.</summary>
    public int MinDataRate { get; init; } = 16;

    /// <summary>SINK_SHUTDOWN_TIMEOUT: how long a stop waits for open transactions.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>SINK_LOG_LEVEL.</summary>
    public LogEventLevel LogLevel { get; init; } = LogEventLevel.Information;

    /// <summary>SINK_LOG_FORMAT: true for JSON, one object a line.</summary>
    public bool LogJson { get; init; }
}
