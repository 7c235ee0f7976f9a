using System.Net;
using System.Security.Authentication;
using System.Text;
using Microsoft.Extensions.Configuration;
using Serilog.Events;
using SmartSink.Settings;
using SmartSink.Smtp.Auth;
using SmartSink.Smtp.Server;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Tests.Settings;

public sealed class SettingsReaderTests
{
    /// <summary>Each setting, a value other than its default, and where it must arrive.</summary>
    private static readonly Dictionary<string, (string Text, Func<SinkSettings, object?> Read, object? Value)> Samples = new(StringComparer.Ordinal)
    {
        ["Port"] = ("25", s => s.Port, 25),
        ["Listen"] = ("::1", s => s.ListenAddress, IPAddress.IPv6Loopback),
        ["SocketMode"] = ("0640", s => s.SocketMode, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead),
        ["SocketOwner"] = ("postfix:mail", s => s.SocketOwner, "postfix:mail"),
        ["Http"] = ("0", s => s.HttpPort, 0),
        ["HttpListen"] = ("0.0.0.0", s => s.HttpListenAddress, IPAddress.Any),
        ["Api"] = ("off", s => s.Api, false),
        ["ApiToken"] = ("Secret-7", s => s.ApiToken, "Secret-7"),
        ["ApiTokenFile"] = ("/run/secrets/sink", s => s.ApiTokenFile, "/run/secrets/sink"),
        ["ApiHosts"] = ("Sink.example, sink.test", s => string.Join(' ', s.ApiHosts), "sink.example sink.test"),
        ["Sample"] = ("1/50", s => s.SampleOneIn, 50),
        ["Ledger"] = ("on", s => s.KeepsLedger, true),
        ["LedgerMemory"] = ("4", s => s.LedgerMegabytes, 4),
        ["MetricsMaxDomains"] = ("20", s => s.MetricsMaxDomains, 20),
        ["Data"] = ("/etc/sink.toml", s => s.PolicyFile, "/etc/sink.toml"),
        ["DefaultBounce"] = ("2.5", s => s.DefaultBouncePercent, 2.5m),
        ["DefaultDefer"] = ("0", s => s.DefaultDeferPercent, 0m),
        ["State"] = ("/var/lib/sink", s => s.StateFolder, "/var/lib/sink"),
        ["StrictStart"] = ("on", s => s.StrictStart, true),
        ["Replica"] = ("sink-2", s => s.Replica, "sink-2"),
        ["Hostname"] = ("mx.example.com", s => s.Hostname, "mx.example.com"),
        ["Banner"] = ("ESMTP ready", s => s.Banner, "ESMTP ready"),
        ["StartTls"] = ("off", s => s.StartTls, false),
        ["OriginalDestination"] = ("on", s => s.OriginalDestination, OriginalDestination.On),
        ["Tls"] = ("implicit", s => s.Tls, TlsMode.Implicit),
        ["Strict"] = ("on", s => s.Strict, true),
        ["TlsRequired"] = ("on", s => s.TlsRequired, true),
        ["TlsCert"] = ("cert.pem", s => s.TlsCertificateFile, "cert.pem"),
        ["TlsKey"] = ("key.pem", s => s.TlsKeyFile, "key.pem"),
        ["TlsCerts"] = ("certs", s => s.TlsCertificateFolder, "certs"),
        ["TlsClientCert"] = ("require", s => s.TlsClientCertificate, ClientCertificateMode.Require),
        ["ReplyFaults"] = ("late-line=1,keywords=0.5,seed=3", s => s.ReplyFaults.Seed, 3),
        ["TlsFaults"] = ("reset=1,expired@mx.example=100,seed=3", s => s.TlsFaults.Seed, 3),
        ["TlsVersions"] = ("1.3", s => s.TlsVersions, SslProtocols.Tls13),
        ["TlsHandshakeTimeout"] = ("5s", s => s.TlsHandshakeTimeout, TimeSpan.FromSeconds(5)),
        ["Extensions"] = ("LIMITS, mt-priority", s => s.AddedExtensions, SmtpExtensions.Limits | SmtpExtensions.MtPriority),
        ["Hide"] = ("PIPELINING,CHUNKING", s => s.HiddenExtensions, SmtpExtensions.Pipelining | SmtpExtensions.Chunking),
        ["Auth"] = ("Required", s => s.Auth, AuthMode.Required),
        ["AuthCleartext"] = ("on", s => s.AuthCleartext, true),
        ["AuthMechanisms"] = ("login, PLAIN", s => string.Join(' ', s.AuthMechanisms), "Login Plain"),
        ["AuthUsers"] = ("users.txt", s => s.AuthUsersFile, "users.txt"),
        ["AuthFailPercent"] = ("2.5", s => s.AuthFailPercent, 2.5m),
        ["AuthTempFailPercent"] = ("100", s => s.AuthTempFailPercent, 100m),
        ["Engine"] = ("smtpserver", s => s.Engine, SmtpEngine.SmtpServer),
        ["Protocol"] = ("lmtp", s => s.Protocol, MailProtocol.Lmtp),
        ["Report"] = ("/etc/report.toml", s => s.ReportFile, "/etc/report.toml"),
        ["XclientNetworks"] = ("10.0.0.0/8,::1", s => s.XclientNetworks.ToString(), "10.0.0.0/8,::1/128"),
        ["Proxy"] = ("any", s => s.Proxy, ProxyMode.Any),
        ["ProxyNetworks"] = ("10.0.0.0/8", s => s.ProxyNetworks.ToString(), "10.0.0.0/8"),
        ["ProxyTimeout"] = ("3s", s => s.ProxyTimeout, TimeSpan.FromSeconds(3)),
        ["MaxConnections"] = ("100", s => s.MaxConnections, 100),
        ["MaxConnectionsPerIp"] = ("10", s => s.MaxConnectionsPerAddress, 10),
        ["StateMax"] = ("5000", s => s.StateCapacity, 5_000),
        ["MaxRecipients"] = ("5", s => s.MaxRecipients, 5),
        ["MaxMessages"] = ("7", s => s.MaxMessages, 7),
        ["MaxMessageSize"] = ("1MiB", s => s.MaxMessageSize, 1L << 20),
        ["MaxErrors"] = ("3", s => s.MaxErrors, 3),
        ["IdleTimeout"] = ("90", s => s.IdleTimeout, TimeSpan.FromSeconds(90)),
        ["TransactionTimeout"] = ("1h", s => s.TransactionTimeout, TimeSpan.FromHours(1)),
        ["MinDataRate"] = ("0", s => s.MinDataRate, 0),
        ["ShutdownTimeout"] = ("2s", s => s.ShutdownTimeout, TimeSpan.FromSeconds(2)),
        ["PollingThreads"] = ("3", s => s.PollingThreads, 3),
        ["Transport"] = ("sockets", s => s.Transport, TransportChoice.Sockets),
        ["LogLevel"] = ("debug", s => s.LogLevel, LogEventLevel.Debug),
        ["LogFormat"] = ("json", s => s.LogJson, true),
        ["LogSummary"] = ("5m", s => s.LogSummary, TimeSpan.FromMinutes(5)),
        ["Spool"] = ("/var/spool", s => s.PolicyFile, "policy/responses.toml"),
    };

    public static TheoryData<string> Keys => [.. SettingCatalog.All.Select(setting => setting.Key)];

    [Fact]
    public void Every_setting_has_a_sample() => Samples.Keys.Order().ShouldBe(SettingCatalog.All.Select(setting => setting.Key).Order());

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_setting_can_be_given_in_each_source(string key)
    {
        var setting = Find(key);
        var (text, read, value) = Samples[key];

        foreach (var result in new[]
        {
            Read(json: $$"""{ "{{key}}": "{{text}}" }"""),
            Read(json: $$"""{ "Sink": { "{{key}}": "{{text}}" } }"""),
            Read(environment: (setting.Environment, text)),
            Read(option: (setting.Option, text)),
        })
        {
            // A key without a certificate is a mistake of its own; the certificate does not matter to the value.
            if (key != "TlsKey")
            {
                result.Errors.ShouldBeEmpty();
                read(result.Settings!).ShouldBe(value);
            }
            else
            {
                result.Errors.ShouldBe(["SINK_TLS_KEY: needs SINK_TLS_CERT, which is not set"]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void The_default_that_the_help_shows_is_the_default(string key)
    {
        var setting = Find(key);
        var settings = Read().Settings!;
        if (setting.Default.Length > 0 && key is not ("DefaultBounce" or "DefaultDefer" or "State" or "Hostname" or "PollingThreads" or "Replica" or "Report"))
        {
            setting.Apply(settings, setting.Default).ShouldBe(settings);
        }
    }

    [Fact]
    public void A_key_file_goes_with_its_certificate()
    {
        var result = Read(json: """{ "TlsCert": "c.pem" }""", environment: ("SINK_TLS_KEY", "k.pem"));
        result.Settings!.TlsCertificateFile.ShouldBe("c.pem");
        result.Settings.TlsKeyFile.ShouldBe("k.pem");
    }

    [Fact]
    public void The_command_line_beats_the_environment_and_that_beats_the_file()
    {
        const string json = """{ "Port": 1, "MaxErrors": 1, "MaxMessages": 1 }""";
        var settings = SettingsReader.Read(
            Json(json),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["SINK_PORT"] = "2", ["SINK_MAX_ERRORS"] = "2", ["SINK_BANNER"] = "" },
            new Dictionary<string, string>(StringComparer.Ordinal) { ["--port"] = "3" }).Settings!;

        (settings.Port, settings.MaxErrors, settings.MaxMessages).ShouldBe((3, 2, 1));
        settings.Banner.ShouldBe("ESMTP SmartSink, all mail is discarded", "an empty variable counts as not set");
    }

    [Theory]
    [InlineData("SINK_PORT", "abc", "SINK_PORT: \"abc\" is not a port (0 to 65535)")]
    [InlineData("SINK_PORT", "65536", "SINK_PORT: \"65536\" is not a port (0 to 65535)")]
    [InlineData("SINK_HTTP", "-1", "SINK_HTTP: \"-1\" is not a port (0 to 65535)")]
    [InlineData("SINK_LISTEN", "localhost", "SINK_LISTEN: \"localhost\" is not an IP address, * for all, or unix:PATH with a path of at most 107 bytes (abstract sockets, unix:@NAME, are not supported)")]
    [InlineData("SINK_LISTEN", "unix:@sink", "SINK_LISTEN: \"unix:@sink\" is not an IP address, * for all, or unix:PATH with a path of at most 107 bytes (abstract sockets, unix:@NAME, are not supported)")]
    [InlineData("SINK_SOCKET_MODE", "0680", "SINK_SOCKET_MODE: \"0680\" is not an octal file mode such as 0660")]
    [InlineData("SINK_SOCKET_OWNER", "a:b:c", "SINK_SOCKET_OWNER: \"a:b:c\" is not user, user:group or :group")]
    [InlineData("SINK_API_TOKEN", "short", "SINK_API_TOKEN: the value is not 8 to 256 letters, digits and characters of -._~+/=")]
    [InlineData("SINK_API_TOKEN", "two words", "SINK_API_TOKEN: the value is not 8 to 256 letters, digits and characters of -._~+/=")]
    [InlineData("SINK_API_HOSTS", "sink.example:8000", "SINK_API_HOSTS: \"sink.example:8000\" is not host names separated by commas, without ports")]
    [InlineData("SINK_SAMPLE", "1/0", "SINK_SAMPLE: \"1/0\" is not off, or a share such as 1/1000")]
    [InlineData("SINK_SAMPLE", "2/3", "SINK_SAMPLE: \"2/3\" is not off, or a share such as 1/1000")]
    [InlineData("SINK_LEDGER_MEMORY", "3", "SINK_LEDGER_MEMORY: \"3\" is not a whole number of MB, at least 4")]
    [InlineData("SINK_HTTP_LISTEN", "1", "SINK_HTTP_LISTEN: \"1\" is not an IP address, * for all, or container")]
    [InlineData("SINK_HOSTNAME", "a b", "SINK_HOSTNAME: \"a b\" is not a domain or an address literal of at most 255 characters")]
    [InlineData("SINK_HOSTNAME", "[1.2.3]", "SINK_HOSTNAME: \"[1.2.3]\" is not a domain or an address literal of at most 255 characters")]
    [InlineData("SINK_BANNER", "a\r250 b", "SINK_BANNER: \"a?250 b\" is not printable ASCII text of at most 400 characters")]
    [InlineData("SINK_STARTTLS", "maybe", "SINK_STARTTLS: \"maybe\" is not on or off")]
    [InlineData("SINK_TLS", "on", "SINK_TLS: \"on\" is not off, starttls or implicit")]
    [InlineData("SINK_PROXY", "v3", "SINK_PROXY: \"v3\" is not off, v1, v2 or any")]
    [InlineData("SINK_PROXY_NETWORKS", "10.0.0.1/8", "SINK_PROXY_NETWORKS: \"10.0.0.1/8\" is not networks such as 10.0.0.0/8, 192.0.2.7 and 2001:db8::/32, separated by commas")]
    [InlineData("SINK_TLS_VERSIONS", "1.4", "SINK_TLS_VERSIONS: \"1.4\" is not one or more of 1.0, 1.1, 1.2, 1.3, separated by commas")]
    [InlineData("SINK_TLS_HANDSHAKE_TIMEOUT", "0", "SINK_TLS_HANDSHAKE_TIMEOUT: \"0\" is not a time above zero such as 90s, 5m or 1h (at most 24 days)")]
    [InlineData("SINK_MAX_CONNECTIONS", "0", "SINK_MAX_CONNECTIONS: \"0\" is not a whole number of at least 1")]
    [InlineData("SINK_MAX_CONNECTIONS_PER_IP", "1.5", "SINK_MAX_CONNECTIONS_PER_IP: \"1.5\" is not a whole number, 0 for no limit")]
    [InlineData("SINK_MAX_RECIPIENTS", "0", "SINK_MAX_RECIPIENTS: \"0\" is not a whole number of at least 1")]
    [InlineData("SINK_MAX_MESSAGE_SIZE", "10 apples", "SINK_MAX_MESSAGE_SIZE: \"10 apples\" is not a size such as 52428800, 512KiB or 50MiB")]
    [InlineData("SINK_IDLE_TIMEOUT", "5 minutes", "SINK_IDLE_TIMEOUT: \"5 minutes\" is not a time such as 90s, 5m or 1h (at most 24 days)")]
    [InlineData("SINK_AUTH", "1", "SINK_AUTH: \"1\" is not off, optional or required")]
    [InlineData("SINK_AUTH_MECHANISMS", "PLAIN,GSSAPI", "SINK_AUTH_MECHANISMS: \"PLAIN,GSSAPI\" is not one or more of PLAIN, LOGIN, CRAM-MD5, XOAUTH2, OAUTHBEARER, separated by commas")]
    [InlineData("SINK_AUTH_FAIL_PERCENT", "100.1", "SINK_AUTH_FAIL_PERCENT: \"100.1\" is not a percentage from 0 to 100")]
    [InlineData("SINK_AUTH_TEMPFAIL_PERCENT", "-1", "SINK_AUTH_TEMPFAIL_PERCENT: \"-1\" is not a percentage from 0 to 100")]
    [InlineData("SINK_EXTENSIONS", "LIMITS,XCLIENT", "SINK_EXTENSIONS: \"LIMITS,XCLIENT\" is not EHLO keywords separated by commas, out of LIMITS, REQUIRETLS, DELIVERBY, FUTURERELEASE, MT-PRIORITY")]
    [InlineData("SINK_HIDE", "DNS", "SINK_HIDE: \"DNS\" is not EHLO itself, or EHLO keywords separated by commas, out of PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES, DSN, CHUNKING, BINARYMIME, STARTTLS, AUTH, XCLIENT, LIMITS, REQUIRETLS, DELIVERBY, FUTURERELEASE, MT-PRIORITY, HELP")]
    [InlineData("SINK_REPLY_FAULTS", "late=1", "SINK_REPLY_FAULTS: \"late=1\" is not a list such as late-line=1,keywords=5 (late-line, ok-for-354, keywords, full-line; at most 100 in all; delay=30s holds late lines back for so long, seed=42 repeats the draws)")]
    [InlineData("SINK_LOG_LEVEL", "2", "SINK_LOG_LEVEL: \"2\" is not one of Verbose, Debug, Information, Warning, Error, Fatal")]
    [InlineData("SINK_LOG_FORMAT", "xml", "SINK_LOG_FORMAT: \"xml\" is not text or json")]
    public void A_wrong_value_is_one_line_that_names_its_key(string variable, string text, string line)
    {
        var result = Read(environment: (variable, text));
        result.Settings.ShouldBeNull();
        result.Errors.ShouldBe([line]);
    }

    [Theory]
    [InlineData("EHLO", SmtpExtensions.None, true)]
    [InlineData("DSN, ehlo,SIZE", SmtpExtensions.Dsn | SmtpExtensions.Size, true)]
    [InlineData("DSN", SmtpExtensions.Dsn, false)]
    public void EHLO_itself_can_be_hidden(string text, SmtpExtensions hidden, bool hidesEhlo)
    {
        var settings = Read(environment: ("SINK_HIDE", text)).Settings!;
        (settings.HiddenExtensions, settings.HidesEhlo).ShouldBe((hidden, hidesEhlo));
    }

    [Theory]
    [InlineData("ESMTP ready\nNo spam")]
    [InlineData("ESMTP ready\r\nNo spam\r\n")]
    public void A_banner_may_have_several_lines(string text) =>
        Read(environment: ("SINK_BANNER", text)).Settings.ShouldNotBeNull().Banner.ShouldBe("ESMTP ready\nNo spam");

    [Fact]
    public void The_shares_of_failures_are_parts_of_one_whole() =>
        Read(json: """{ "AuthFailPercent": 60 }""", environment: ("SINK_AUTH_TEMPFAIL_PERCENT", "41")).Errors
            .ShouldBe(["SINK_AUTH_FAIL_PERCENT: more than 100 together with SINK_AUTH_TEMPFAIL_PERCENT"]);

    [Fact]
    public void The_line_names_the_source_that_won()
    {
        Read(option: ("--port", "x")).Errors.ShouldBe(["--port: \"x\" is not a port (0 to 65535)"]);
        Read(json: """{ "Port": "x" }""").Errors.ShouldBe(["appsettings.json: Port: \"x\" is not a port (0 to 65535)"]);
        Read(json: """{ "Port": "x" }""", option: ("--port", "25")).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Every_wrong_value_is_told_at_once() =>
        Read(environment: ("SINK_PORT", "x"), option: ("--http", "y")).Errors.Count.ShouldBe(2);

    [Fact]
    public void What_looks_like_a_setting_and_is_none_is_a_warning()
    {
        Read(environment: ("SINK_PROT", "25")).Warnings.ShouldBe(["SINK_PROT is not a setting, did you mean \"SINK_PORT\"?"]);
        Read(environment: ("SINK_SOMETHING_ELSE", "25")).Warnings.ShouldBe(["SINK_SOMETHING_ELSE is not a setting"]);
        Read(json: """{ "Sink": { "MaxConections": 1 }, "Serilog": {} }""").Warnings
            .ShouldBe(["appsettings.json: Sink:MaxConections is not a setting, did you mean \"MaxConnections\"?"]);
    }

    [Theory]
    [InlineData("sink")]
    [InlineData("sink-metrics")]
    public void What_Kubernetes_sets_for_a_Service_is_no_setting(string service)
    {
        var prefix = service.ToUpperInvariant().Replace('-', '_');
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [$"{prefix}_SERVICE_HOST"] = "10.96.7.7",
            [$"{prefix}_SERVICE_PORT"] = "2525",
            [$"{prefix}_SERVICE_PORT_SMTP"] = "2525",
            [$"{prefix}_PORT"] = "tcp://10.96.7.7:2525",
            [$"{prefix}_PORT_2525_TCP"] = "tcp://10.96.7.7:2525",
            [$"{prefix}_PORT_2525_TCP_PROTO"] = "tcp",
            [$"{prefix}_PORT_2525_TCP_PORT"] = "2525",
            [$"{prefix}_PORT_2525_TCP_ADDR"] = "10.96.7.7",
            [$"{prefix}_PORT_53_UDP"] = "udp://[fd00::7]:53",
            ["SINK_MAX_ERRORS"] = "7",
        };

        var result = SettingsReader.Read(Json("{}"), variables, NoOptions);

        result.Errors.ShouldBeEmpty();
        (result.Settings!.Port, result.Settings.MaxErrors).ShouldBe((2525, 7));
        result.Warnings.ShouldBe(service != "sink" ? [] :
            ["SINK_PORT: \"tcp://10.96.7.7:2525\" was ignored: Kubernetes sets it for a Service of that name; rename the Service, or set enableServiceLinks: false in the pod's spec"]);
    }

    [Theory]
    [InlineData("tcp://[fd00::7]:2525", true)]
    [InlineData("udp://10.96.7.7:53", true)]
    [InlineData("tcp://10.96.7.7", false)]
    [InlineData("http://10.96.7.7:2525", false)]
    [InlineData("tcp://10.96.7.7:2525\n", false)]
    public void Only_a_port_written_as_Kubernetes_does_is_ignored(string text, bool ignored)
    {
        var result = Read(environment: ("SINK_PORT", text));
        (result.Settings?.Port, result.Errors.Count, result.Warnings.Count).ShouldBe(ignored ? (2525, 0, 1) : ((int?)null, 1, 0));
    }

    [Fact]
    public void The_state_folder_follows_the_XDG_rules()
    {
        StateFolder(("XDG_STATE_HOME", "/xdg"), ("HOME", "/home/u")).ShouldBe("/xdg/smartsink");
        StateFolder(("HOME", "/home/u")).ShouldBe("/home/u/.local/state/smartsink");
        StateFolder(("XDG_STATE_HOME", "relative"), ("HOME", "/home/u")).ShouldBe("/home/u/.local/state/smartsink");
        StateFolder(("LOCALAPPDATA", "/local")).ShouldBe("/local/smartsink");
        StateFolder().ShouldBeNull("a folder for temporary files is anybody's");

        static string? StateFolder(params (string Key, string Value)[] environment) =>
            SettingsReader.Read(Json("{}"), environment.ToDictionary(pair => pair.Key, pair => pair.Value), NoOptions).Settings!.StateFolder;
    }

    private static Dictionary<string, string> NoOptions { get; } = [];

    private static Setting Find(string key) => SettingCatalog.All.Single(setting => setting.Key == key);

    private static IConfiguration Json(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    private static SettingsResult Read(string json = "{}", (string Name, string Text)? environment = null, (string Name, string Text)? option = null)
    {
        var variables = environment is var (variable, text) ? new Dictionary<string, string> { [variable] = text } : [];
        var options = option is var (name, value) ? new Dictionary<string, string> { [name] = value } : NoOptions;
        return SettingsReader.Read(Json(json), variables, options);
    }
}
