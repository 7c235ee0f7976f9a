using System.Net;
using System.Security.Authentication;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Settings;

/// <summary>
/// What a listener is and how its sessions go. The settings of the process are of this kind, too: a listener has from them whatever it
/// is not given itself.
/// </summary>
internal record ListenerSettings
{
    /// <summary>The listener's name in log, readiness and metrics; one listener alone is <c>smtp</c>.</summary>
    public string Name { get; init; } = "smtp";

    /// <summary>SINK_LISTEN: the address it listens on; null for all, dual stack.</summary>
    public IPAddress? ListenAddress { get; init; }

    /// <summary>SINK_LISTEN=unix:PATH: the path of the Unix socket that it listens on in place of an address and port, at most 107 bytes; null for those.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>SINK_SOCKET_MODE: who may connect to <see cref="UnixSocket"/>: Linux asks for the right to write.</summary>
    public UnixFileMode SocketMode { get; init; } = (UnixFileMode)0b110_110_110;

    /// <summary>SINK_SOCKET_OWNER: whose <see cref="UnixSocket"/> is, as <c>user</c>, <c>user:group</c> or <c>:group</c>, by names or numbers; null for the process's own.</summary>
    public string? SocketOwner { get; init; }

    /// <summary>SINK_PORT: 0 (any free one) to 65535.</summary>
    public int Port { get; init; } = 2525;

    /// <summary>SINK_PROTOCOL: what clients speak.</summary>
    public MailProtocol Protocol { get; init; }

    /// <summary>SINK_ENGINE: what serves SMTP here.</summary>
    public SmtpEngine Engine { get; init; }

    /// <summary>SINK_HOSTNAME.</summary>
    public required string Hostname { get; init; }

    /// <summary>SINK_BANNER.</summary>
    public string Banner { get; init; } = "ESMTP SmartSink, all mail is discarded";

    /// <summary>SINK_ORIGINAL_DESTINATION: when the kernel is asked where a connection was meant to go.</summary>
    public OriginalDestination OriginalDestination { get; init; }

    /// <summary>SINK_TLS: how a dialog comes to TLS, if at all.</summary>
    public TlsMode Tls { get; init; } = TlsMode.StartTls;

    /// <summary>SINK_STARTTLS: whether STARTTLS is offered. Taking it away leaves implicit TLS as it is.</summary>
    public bool StartTls
    {
        get => Tls == TlsMode.StartTls;
        init => Tls = (value, Tls) switch
        {
            (true, _) => TlsMode.StartTls,
            (false, TlsMode.StartTls) => TlsMode.Off,
            _ => Tls,
        };
    }

    /// <summary>SINK_TLS_REQUIRED: whether a client without TLS is answered 530.</summary>
    public bool TlsRequired { get; init; }

    /// <summary>SINK_TLS_VERSIONS: the versions offered, "1.0" to "1.3", one or several.</summary>
    public SslProtocols TlsVersions { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>SINK_TLS_CLIENT_CERT: whether clients are asked for a certificate.</summary>
    public ClientCertificateMode TlsClientCertificate { get; init; }

    /// <summary>SINK_TLS_FAULTS: what goes wrong on purpose, and how often.</summary>
    public TlsFaultRates TlsFaults { get; init; } = TlsFaultRates.None;

    /// <summary>SINK_TLS_HANDSHAKE_TIMEOUT.</summary>
    public TimeSpan TlsHandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>SINK_REPLY_FAULTS: what goes wrong with replies on purpose, and how often.</summary>
    public ReplyFaultRates ReplyFaults { get; init; } = ReplyFaultRates.None;

    /// <summary>SINK_STRICT: whether only addresses of RFC 5321 are taken.</summary>
    public bool Strict { get; init; }

    /// <summary>SINK_EXTENSIONS: extensions offered besides <see cref="SmtpExtensions.Default"/>.</summary>
    public SmtpExtensions AddedExtensions { get; init; }

    /// <summary>SINK_HIDE: extensions not offered.</summary>
    public SmtpExtensions HiddenExtensions { get; init; }

    /// <summary>SINK_HIDE: whether EHLO itself is not known, so that only HELO is left.</summary>
    public bool HidesEhlo { get; init; }

    /// <summary>SINK_AUTH: whether clients may or must authenticate.</summary>
    public AuthMode Auth { get; init; } = AuthMode.Optional;

    /// <summary>SINK_AUTH_CLEARTEXT: whether AUTH is offered without TLS, too.</summary>
    public bool AuthCleartext { get; init; }

    /// <summary>SINK_AUTH_MECHANISMS: the mechanisms offered, at least one.</summary>
    public IReadOnlyList<AuthMechanism> AuthMechanisms { get; init; } = Smtp.Auth.AuthMechanisms.All;

    /// <summary>SINK_PROXY: which header of the PROXY protocol every connection begins with.</summary>
    public ProxyMode Proxy { get; init; }

    /// <summary>SINK_PROXY_NETWORKS: the proxies whose header is believed.</summary>
    public NetworkList ProxyNetworks { get; init; } = NetworkList.Loopback;

    /// <summary>SINK_PROXY_TIMEOUT: how long a connection may take for the header.</summary>
    public TimeSpan ProxyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>SINK_XCLIENT_NETWORKS: the clients that may speak for others by XCLIENT.</summary>
    public NetworkList XclientNetworks { get; init; } = NetworkList.None;

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

    /// <summary>A listener that is nothing but a listener, with what these settings say.</summary>
    public ListenerSettings ToListener() => new(this);
}

/// <summary>When the kernel is asked where a diverted connection was meant to go, which takes a system call for each connection.</summary>
internal enum OriginalDestination
{
    /// <summary>While the policy's answers depend on it.</summary>
    Auto,

    /// <summary>Always, so that the log shows it.</summary>
    On,

    Off,
}

/// <summary>How a listener's dialogs come to TLS.</summary>
internal enum TlsMode : byte
{
    Off,

    /// <summary>When the client asks for it (RFC 3207).</summary>
    StartTls,

    /// <summary>Before the greeting (RFC 8314 section 3.3).</summary>
    Implicit,
}

/// <summary>Whether clients are asked for a certificate in the handshake. Any will do: nobody's signature on it is checked.</summary>
internal enum ClientCertificateMode : byte
{
    Off,

    /// <summary>They are, and may have none.</summary>
    Ask,

    /// <summary>They are, and the handshake fails without one.</summary>
    Require,
}

/// <summary>Whether a header of the PROXY protocol comes before a listener's dialogs, and which.</summary>
internal enum ProxyMode : byte
{
    Off,

    /// <summary>Version 1, a line of text.</summary>
    V1,

    /// <summary>Version 2, binary.</summary>
    V2,

    Any,
}

/// <summary>What speaks SMTP with a listener's clients.</summary>
internal enum SmtpEngine : byte
{
    Own,

    /// <summary>The package of that name (docs/engines.md).</summary>
    SmtpServer,
}
