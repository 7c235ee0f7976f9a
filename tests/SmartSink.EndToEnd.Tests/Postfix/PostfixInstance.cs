using System.Text;
using System.Text.Json;
using SmartSink.EndToEnd.Tests.Compatibility.Relays;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Postfix;

/// <summary>
/// A Postfix of the test's own beside the machine's: own folders, own log, one SMTP port on loopback. Everything is relayed to the sink, or,
/// on a host of the test's own, delivered as the host's DNS says. Needs root, as Postfix's master does.
/// </summary>
internal sealed class PostfixInstance : IAsyncDisposable
{
    private const string Patience = """
        minimal_backoff_time = 4h
        maximal_backoff_time = 4h
        queue_run_delay = 4h
        """;

    private static readonly string ClockSettings = $"import_environment = MAIL_CONFIG MAIL_LOGTAG POSTLOG_SERVICE POSTLOG_HOSTNAME {string.Join(' ', FastClock.Variables)}";

    private readonly TemporaryFolder _folder = new();
    private readonly NetworkNamespace? _host;
    private readonly FastClock? _clock;
    private readonly List<Delivery> _deliveries = [];
    private long _logRead;

    private PostfixInstance(NetworkNamespace? host, FastClock? clock = null)
    {
        _host = host;
        _clock = clock;
        Configuration = _folder.Combine("etc");
        LogFile = _folder.Combine("mail.log");
    }

    /// <summary>The port its smtpd listens on.</summary>
    public int Port { get; private set; }

    public string Configuration { get; }

    public string LogFile { get; }

    /// <summary>Starts one that relays everything to a sink on loopback.</summary>
    /// <param name="sinkPort">Where it relays to.</param>
    /// <param name="headerChecks">Lines of a regexp table that looks at each header field; empty for none.</param>
    public static async Task<PostfixInstance> StartAsync(int sinkPort, string headerChecks = "")
    {
        var postfix = new PostfixInstance(host: null) { Port = LoopbackPort.Free() };
        await postfix.StartCoreAsync(
            $"""
            inet_protocols = ipv4
            relayhost = [127.0.0.1]:{sinkPort}
            disable_dns_lookups = yes
            smtp_tls_security_level = may
            """,
            headerChecks);
        return postfix;
    }

    /// <summary>Starts one that delivers everything to a sink by LMTP on a Unix socket.</summary>
    /// <param name="socket">The socket's path, which user postfix can reach.</param>
    public static async Task<PostfixInstance> StartAsync(string socket)
    {
        var postfix = new PostfixInstance(host: null) { Port = LoopbackPort.Free() };
        await postfix.StartCoreAsync(
            $"""
            inet_protocols = ipv4
            default_transport = lmtp:unix:{socket}
            """,
            headerChecks: string.Empty);
        return postfix;
    }

    /// <summary>Starts one on another host that looks domains up and delivers to the first address it finds.</summary>
    /// <param name="host">Where it runs.</param>
    /// <param name="settings">More lines for its main.cf.</param>
    /// <param name="clock">A faster clock: with it, it tries again by its defaults; with the machine's, only when it is asked to.</param>
    public static async Task<PostfixInstance> StartAsync(NetworkNamespace host, string settings, FastClock? clock = null)
    {
        // With a second address a recipient refused for now would be tried there at once, and each try counts in the sink.
        // TLS for one domain in five, over connections that are kept, as those in the clear are: a handshake for each message is slow.
        var postfix = new PostfixInstance(host, clock) { Port = 10025 };
        await postfix.StartCoreAsync(
            $$"""
            inet_protocols = all
            smtp_mx_address_limit = 1
            smtp_tls_security_level = none
            smtp_tls_policy_maps = inline:{yahoo.example=may}
            smtp_tls_connection_reuse = yes
            {{settings}}
            """,
            headerChecks: string.Empty);
        return postfix;
    }

    /// <summary>Asks for every deferred message to be tried again now.</summary>
    public Task FlushAsync() => RunAsync("postqueue", "-c", Configuration, "-f");

    /// <summary>Reads the log until so many deliveries were tried in all, and returns them.</summary>
    public async Task<IReadOnlyList<Delivery>> WaitForDeliveriesAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            await ReadLogAsync(cancellation);
            if (_deliveries.Count >= count)
            {
                return [.. _deliveries];
            }

            // Postfix announces nothing: its log is all there is to look at.
            await Task.Delay(100, cancellation);
        }
    }

    /// <summary>Waits until the queue holds so many messages, all of them deferred: Postfix moves a message a moment after it logged the delivery.</summary>
    /// <returns>The recipients that are left, each with the reason.</returns>
    public async Task<IReadOnlyDictionary<string, string>> WaitForDeferredAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            var queue = (await RunAsync("postqueue", "-c", Configuration, "-j")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (queue.Length == count && queue.All(message => message.Contains("\"queue_name\": \"deferred\"", StringComparison.Ordinal)))
            {
                return queue
                    .SelectMany(message => JsonDocument.Parse(message).RootElement.GetProperty("recipients").EnumerateArray())
                    .ToDictionary(
                        recipient => recipient.GetProperty("address").GetString()!,
                        recipient => recipient.GetProperty("delay_reason").GetString()!,
                        StringComparer.Ordinal);
            }

            await Task.Delay(100, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("postfix", "-c", Configuration, "stop");
        await MachineAsync("umount", "--lazy", _folder.Combine("spool"));
        _folder.Dispose();
    }

    // Of a setting that is given twice every daemon warns when it starts; so does the one that writes the log, into its own queue, where it waits
    // for itself if that is full.
    private static string LastOfEach(string settings) =>
        string.Join('\n', settings.Split('\n').Where(line => line.Length > 0).Reverse().DistinctBy(line => line.Split('=')[0].Trim(), StringComparer.Ordinal).Reverse()) + "\n";

    private Task<ToolResult> RunAsync(params string[] command) => MachineAsync([.. _host?.Inside(command) ?? command]);

    /// <summary>Runs a program on the machine itself, whichever host Postfix is on.</summary>
    private static async Task<ToolResult> MachineAsync(params string[] command)
    {
        var result = await Tool.RunAsync(command[0], command[1..]);
        result.ExitCode.ShouldBe(0, result.ToString());
        return result;
    }

    /// <summary>Takes in the lines that were added, as far as they are whole.</summary>
    private async Task ReadLogAsync(CancellationToken cancellation)
    {
        if (!File.Exists(LogFile))
        {
            return;
        }

        await using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = _logRead;
        var octets = new byte[log.Length - _logRead];
        await log.ReadExactlyAsync(octets, cancellation);
        var whole = octets.AsSpan().LastIndexOf((byte)'\n') + 1;
        _deliveries.AddRange(Delivery.ReadAll(Encoding.UTF8.GetString(octets, 0, whole).Split('\n')));
        _logRead += whole;
    }

    private async Task StartCoreAsync(string routing, string headerChecks)
    {
        // Postfix's daemons run as user postfix and must pass through.
        await RunAsync("chmod", "755", _folder.Path);
        Directory.CreateDirectory(_folder.Combine("spool"));

        // Postfix waits for the disk at each message: here the queue need not outlive a power cut.
        await MachineAsync("mount", "-t", "tmpfs", "spool", _folder.Combine("spool"));
        Directory.CreateDirectory(_folder.Combine("lib"));
        await RunAsync("chown", "postfix", _folder.Combine("lib"));
        _folder.Write(
            "etc/main.cf",
            LastOfEach($"""
            compatibility_level = 3.6
            queue_directory = {_folder.Combine("spool")}
            data_directory = {_folder.Combine("lib")}
            command_directory = /usr/sbin
            daemon_directory = /usr/lib/postfix/sbin
            mail_owner = postfix
            setgid_group = postdrop
            maillog_file_prefixes = {_folder.Path}
            maillog_file = {LogFile}
            myhostname = mta.test
            mydestination =
            local_recipient_maps =
            mynetworks = 127.0.0.0/8
            inet_interfaces = 127.0.0.1
            {routing}
            smtputf8_enable = no
            notify_classes =
            {(_clock is null ? Patience : ClockSettings)}
            max_use = 100000
            in_flow_delay = 0
            header_checks = regexp:{_folder.Write("etc/header_checks", headerChecks)}
            """));
        _folder.Write(
            "etc/master.cf",
            $"""
            127.0.0.1:{Port} inet n - n - - smtpd
            pickup    unix  n - n 60    1 pickup
            cleanup   unix  n - n -     0 cleanup
            qmgr      unix  n - n {(_clock is null ? 14400 : 300)} 1 qmgr
            tlsmgr    unix  - - n 1000? 1 tlsmgr
            tlsproxy  unix  - - n -     0 tlsproxy
            rewrite   unix  - - n -     - trivial-rewrite
            bounce    unix  - - n -     0 bounce
            defer     unix  - - n -     0 bounce
            trace     unix  - - n -     0 bounce
            verify    unix  - - n -     1 verify
            flush     unix  n - n 1000? 0 flush
            proxymap  unix  - - n -     - proxymap
            proxywrite unix - - n -     1 proxymap
            smtp      unix  - - n -     - smtp
            relay     unix  - - n -     - smtp
            lmtp      unix  - - n -     - lmtp
            showq     unix  n - n -     - showq
            error     unix  - - n -     - error
            retry     unix  - - n -     - error
            discard   unix  - - n -     - discard
            anvil     unix  - - n -     1 anvil
            scache    unix  - - n -     1 scache
            postlog   unix-dgram n - n - 1 postlogd

            """);
        string[] start = ["postfix", "-c", Configuration, "start"];
        await RunAsync(_clock?.Outside(start) ?? start);
    }
}
