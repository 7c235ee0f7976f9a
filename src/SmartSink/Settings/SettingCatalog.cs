using System.Net;
using System.Net.Sockets;

namespace SmartSink.Settings;

/// <summary>
/// Every setting of the process, once: the readers of appsettings.json, environment and command line, the help and the tests
/// of the documentation go by this list.
/// </summary>
internal static class SettingCatalog
{
    /// <summary>All settings, in the order in which the help shows them.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Setting.PerListener("Port", "PORT", SettingKinds.Port, (s, v) => s with { Port = v }, "2525",
            "Port of the SMTP listener, 0 for any free one"),
        Setting.PerListener("Listen", "LISTEN", SettingKinds.Address, (s, v) => s with { ListenAddress = v }, "*",
            "Address of the SMTP listener, * for all of IPv4 and IPv6"),
        Setting.PerListener("Protocol", "PROTOCOL", SettingKinds.Protocol, (s, v) => s with { Protocol = v }, "smtp",
            "What clients speak: smtp, or lmtp with a reply for each recipient at end of data"),
        Setting.Of("Http", "HTTP", SettingKinds.Port, (s, v) => s with { HttpPort = v }, "8000",
            "Port for metrics and health over HTTP, 0 for any free one"),
        Setting.Of("HttpListen", "HTTP_LISTEN", SettingKinds.Address, (s, v) => s with { HttpListenAddress = v ?? AnyAddress }, "127.0.0.1",
            "Address for metrics and health over HTTP, * for all"),
        Setting.Of("Data", "DATA", SettingKinds.Path, (s, v) => s with { PolicyFile = v }, "policy/responses.toml",
            "The file of rates and replies"),
        Setting.Of("State", "STATE", SettingKinds.Path, (s, v) => s with { StateFolder = v }, "$XDG_STATE_HOME/smartsink or ~/.local/state/smartsink",
            "Folder for what must survive a restart, such as the self-signed certificate"),
        Setting.PerListener("Hostname", "HOSTNAME", SettingKinds.Hostname, (s, v) => s with { Hostname = v }, "the machine's name",
            "The server's name in its greeting and replies"),
        Setting.PerListener("Banner", "BANNER", SettingKinds.Banner, (s, v) => s with { Banner = v }, "ESMTP SmartSink, all mail is discarded",
            "The greeting's text after the name"),
        Setting.PerListener("OriginalDestination", "ORIGINAL_DESTINATION", SettingKinds.OriginalDestination, (s, v) => s with { OriginalDestination = v }, "auto",
            "Whether to ask the kernel where a diverted connection was meant to go; auto: while the policy has [[mx]] entries"),
        Setting.PerListener("StartTls", "STARTTLS", SettingKinds.Switch, (s, v) => s with { StartTls = v }, "on",
            "Whether STARTTLS is offered"),
        Setting.PerListener("Tls", "TLS", SettingKinds.TlsMode, (s, v) => s with { Tls = v }, "starttls",
            "How a dialog comes to TLS: not at all, by STARTTLS, or before the greeting (implicit)"),
        Setting.PerListener("TlsRequired", "TLS_REQUIRED", SettingKinds.Switch, (s, v) => s with { TlsRequired = v }, "off",
            "Whether a client without TLS is answered 530 from MAIL on, and to RSET, VRFY, EXPN, HELP and AUTH"),
        Setting.Of("TlsCert", "TLS_CERT", SettingKinds.Path, (s, v) => s with { TlsCertificateFile = v }, "",
            "PEM file with the certificate and its chain; without it one is made and kept in the state folder"),
        Setting.Of("TlsKey", "TLS_KEY", SettingKinds.Path, (s, v) => s with { TlsKeyFile = v }, "",
            "PEM file with the private key, when the certificate's file does not hold it"),
        Setting.Of("TlsCerts", "TLS_CERTS", SettingKinds.Path, (s, v) => s with { TlsCertificateFolder = v }, "",
            "Folder of PEM files (*.pem), each with certificate, chain and key, shown to clients that ask for one of its names"),
        Setting.PerListener("TlsVersions", "TLS_VERSIONS", SettingKinds.TlsVersions, (s, v) => s with { TlsVersions = v }, "1.2,1.3",
            "TLS versions offered"),
        Setting.PerListener("TlsClientCert", "TLS_CLIENT_CERT", SettingKinds.ClientCertificate, (s, v) => s with { TlsClientCertificate = v }, "off",
            "Whether clients are asked for a certificate, any at all; without one a handshake fails where it is required"),
        Setting.PerListener("TlsFaults", "TLS_FAULTS", SettingKinds.TlsFaults, (s, v) => s with { TlsFaults = v }, "",
            "What goes wrong on purpose on the way to TLS, in percent of connections"),
        Setting.PerListener("TlsHandshakeTimeout", "TLS_HANDSHAKE_TIMEOUT", SettingKinds.TimeAboveZero, (s, v) => s with { TlsHandshakeTimeout = v }, "30s",
            "How long a TLS handshake may take"),
        Setting.PerListener("Extensions", "EXTENSIONS", SettingKinds.RareKeywords, (s, v) => s with { AddedExtensions = v }, "",
            "EHLO keywords to offer besides the usual ones: LIMITS, REQUIRETLS, DELIVERBY, FUTURERELEASE, MT-PRIORITY"),
        Setting.PerListener("Hide", "HIDE", SettingKinds.Keywords, (s, v) => s with { HiddenExtensions = v }, "",
            "EHLO keywords not to offer, PIPELINING,CHUNKING for example; their commands and parameters are unknown then"),
        Setting.PerListener("Auth", "AUTH", SettingKinds.AuthMode, (s, v) => s with { Auth = v }, "optional",
            "Whether clients may or must authenticate: off, optional, required (530 at MAIL)"),
        Setting.PerListener("AuthCleartext", "AUTH_CLEARTEXT", SettingKinds.Switch, (s, v) => s with { AuthCleartext = v }, "off",
            "Whether AUTH is offered without TLS, too"),
        Setting.PerListener("AuthMechanisms", "AUTH_MECHANISMS", SettingKinds.AuthMechanisms, (s, v) => s with { AuthMechanisms = v }, "PLAIN,LOGIN,CRAM-MD5,XOAUTH2,OAUTHBEARER",
            "Mechanisms of AUTH"),
        Setting.Of("AuthUsers", "AUTH_USERS", SettingKinds.Path, (s, v) => s with { AuthUsersFile = v }, "",
            "File with one user:password a line, followed while the sink runs; without it everybody is let in"),
        Setting.Of("AuthFailPercent", "AUTH_FAIL_PERCENT", SettingKinds.Percent, (s, v) => s with { AuthFailPercent = v }, "0",
            "Share of right attempts to authenticate that is refused, 535"),
        Setting.Of("AuthTempFailPercent", "AUTH_TEMPFAIL_PERCENT", SettingKinds.Percent, (s, v) => s with { AuthTempFailPercent = v }, "0",
            "Share of right attempts to authenticate that is told to come back, 454"),
        Setting.Of("PollingThreads", "POLLING_THREADS", SettingKinds.Count, (s, v) => s with { PollingThreads = v }, "half of the processors",
            "Threads that work on the SMTP connections"),
        Setting.Of("MaxConnections", "MAX_CONNECTIONS", SettingKinds.Count, (s, v) => s with { MaxConnections = v }, "32768",
            "Connections at one time; one more is answered 421"),
        Setting.Of("MaxConnectionsPerIp", "MAX_CONNECTIONS_PER_IP", SettingKinds.Limit, (s, v) => s with { MaxConnectionsPerAddress = v }, "0",
            "Connections at one time from one address, 0 for no limit"),
        Setting.PerListener("Proxy", "PROXY", SettingKinds.ProxyMode, (s, v) => s with { Proxy = v }, "off",
            "Which header of the PROXY protocol every connection must begin with"),
        Setting.PerListener("ProxyNetworks", "PROXY_NETWORKS", SettingKinds.Networks, (s, v) => s with { ProxyNetworks = v }, "127.0.0.0/8,::1",
            "Networks of the proxies whose header is believed; others are closed"),
        Setting.PerListener("ProxyTimeout", "PROXY_TIMEOUT", SettingKinds.TimeAboveZero, (s, v) => s with { ProxyTimeout = v }, "10s",
            "How long a connection may take for its PROXY header"),
        Setting.PerListener("XclientNetworks", "XCLIENT_NETWORKS", SettingKinds.Networks, (s, v) => s with { XclientNetworks = v }, "",
            "Networks of the clients that may say by XCLIENT for whom they speak"),
        Setting.PerListener("MaxRecipients", "MAX_RECIPIENTS", SettingKinds.Count, (s, v) => s with { MaxRecipients = v }, "1000",
            "Recipients of one message; one more is answered 452"),
        Setting.PerListener("MaxMessages", "MAX_MESSAGES", SettingKinds.Limit, (s, v) => s with { MaxMessages = v }, "0",
            "Messages on one connection, 0 for no limit; one more is answered 421"),
        Setting.PerListener("MaxMessageSize", "MAX_MESSAGE_SIZE", SettingKinds.Size, (s, v) => s with { MaxMessageSize = v }, "50MiB",
            "Octets of one message, 0 for no limit; announced by SIZE"),
        Setting.PerListener("MaxErrors", "MAX_ERRORS", SettingKinds.Limit, (s, v) => s with { MaxErrors = v }, "20",
            "Errors of the client on one connection before 421, 0 for no limit"),
        Setting.PerListener("IdleTimeout", "IDLE_TIMEOUT", SettingKinds.Time, (s, v) => s with { IdleTimeout = v }, "5m",
            "Time without a whole command, or an octet of a message, before 421, 0 for no limit"),
        Setting.PerListener("TransactionTimeout", "TRANSACTION_TIMEOUT", SettingKinds.Time, (s, v) => s with { TransactionTimeout = v }, "30m",
            "Time from MAIL to the end of data before 421, 0 for no limit"),
        Setting.PerListener("MinDataRate", "MIN_DATA_RATE", SettingKinds.Limit, (s, v) => s with { MinDataRate = v }, "16",
            "Least octets per second of a message's data, 0 for no limit"),
        Setting.Of("ShutdownTimeout", "SHUTDOWN_TIMEOUT", SettingKinds.Time, (s, v) => s with { ShutdownTimeout = v }, "8s",
            "How long a stop waits for open transactions"),
        Setting.Of("LogLevel", "LOG_LEVEL", SettingKinds.LogLevel, (s, v) => s with { LogLevel = v }, "Information",
            "Least level of the log; Debug shows every message with its id and every refusal"),
        Setting.Of("LogFormat", "LOG_FORMAT", SettingKinds.LogFormat, (s, v) => s with { LogJson = v }, "text",
            "The log's form: text for people, json for machines (one object a line)"),
        Setting.Of("Spool", "SPOOL", SettingKinds.Ignored, (s, _) => s, "",
            "Ignored: nothing is ever spooled"),
    ];

    /// <summary>The settings that a listener may have for itself, and its name, which the process as a whole has not.</summary>
    public static IReadOnlyList<Setting> OfListener { get; } =
    [
        Setting.PerListener("Name", "NAME", SettingKinds.ListenerName, (s, v) => s with { Name = v }, "",
            "The listener's name in log, readiness and metrics"),
        .. All.Where(setting => setting.IsPerListener),
    ];

    private static IPAddress AnyAddress => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
}
