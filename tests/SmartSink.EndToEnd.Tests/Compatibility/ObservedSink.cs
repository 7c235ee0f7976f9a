using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartSink.EndToEnd.Tests.Redirect;
using SmartSink.Testing.Processes;

namespace SmartSink.EndToEnd.Tests.Compatibility;

/// <summary>A sink behind a <see cref="WireRecorder"/>. At first each of its domains refuses in a way of its own, later none does.</summary>
internal sealed class ObservedSink : IAsyncDisposable
{
    public const string LaterReply = "451 4.7.1 Try again later";
    public const string ClosingReply = "421 4.3.2 Closing";
    public const string BusyReply = "421 4.7.0 Too many connections";

    /// <summary>As mailing lists have it: the recipient's address in the sender's (VERP). 109 octets before the @.</summary>
    public const string LongSender =
        "bounces+newsletter-2026-11-28+subscriber.with.a.rather.long.name=department.of.redundancy.corporation.example@lists.client.example";

    /// <summary>A recipient that is taken.</summary>
    public const string Ordinary = "user@ordinary.example";

    /// <summary>A recipient that is refused for now, at RCPT.</summary>
    public const string Later = "user@later.example";

    /// <summary>A recipient that is refused for good, at RCPT, in several lines.</summary>
    public const string Gone = "user@gone.example";

    /// <summary>A recipient whose message is answered with 421.</summary>
    public const string Closing = "user@closing.example";

    /// <summary>Another recipient that is taken, of whom the metrics tell when the recorder sees nothing.</summary>
    public const string Encrypted = "user@encrypted.example";

    private const string Policy = """"
        [default]
        bounce = 0
        defer = 0

        [domain."encrypted.example"]
        bounce = 0

        [domain."later.example"]
        defer = 100

        [[defer."later.example"]]
        code = 451
        msg = "4.7.1 Try again later"

        [domain."gone.example"]
        bounce = 100

        [[bounce."gone.example"]]
        code = 550
        msg = """
        5.1.1 There is no such mailbox: line-one
        5.1.1 Please look at the address: line-two
        5.1.1 https://sink.test/help line-three"""

        [domain."closing.example"]
        defer = 100

        [[defer."closing.example"]]
        code = 421
        msg = "4.3.2 Closing"
        stage = "data"

        [domain."busy.example"]
        defer = 100

        [[defer."busy.example"]]
        code = 421
        msg = "4.7.0 Too many connections"
        stage = "connect"

        [[mx]]
        networks = ["198.51.100.0/24"]
        hostname = "mx.busy.example"
        domains = ["busy.example"]
        """";

    private static readonly string[] LinesOfGone = ["line-one", "line-two", "line-three"];

    private readonly NetworkNamespace? _host;
    private readonly SinkProcess _sink;
    private WireRecorder? _recorder;
    private volatile ObservedListener _listener;

    private ObservedSink(NetworkNamespace? host, SinkProcess sink)
    {
        _host = host;
        _sink = sink;
    }

    public WireRecorder Recorder => _recorder!;

    /// <summary>Starts one on a host, with the recorder at a port there, or on this machine, at any port.</summary>
    public static async Task<ObservedSink> StartAsync(NetworkNamespace? host = null, int port = 0)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SINK_LISTENERS__0__PORT"] = "0",
            ["SINK_LISTENERS__0__TLS"] = "off",
            ["SINK_LISTENERS__1__PORT"] = "0",
            ["SINK_LISTENERS__2__PORT"] = "0",
            ["SINK_LISTENERS__2__PROXY"] = "v1",
        };
        var sink = new ObservedSink(
            host,
            host is null
                ? await SinkProcess.StartAsync(Policy, settings)
                : await SinkProcess.StartAsync(Policy, settings, host.Inside(SinkProcess.OwnCommand), host.CreateHttpClient()));
        var entrance = await sink.OpenSocketAsync();
        entrance.Bind(new IPEndPoint(IPAddress.Loopback, port));
        entrance.Listen();
        sink._recorder = new WireRecorder(entrance, sink.DialAsync);
        return sink;
    }

    /// <summary>From now on clients get to another listener; connections to the one before are closed.</summary>
    public void LeadTo(ObservedListener listener)
    {
        _listener = listener;
        Recorder.HangUp();
    }

    /// <summary>From now on nobody is refused.</summary>
    public Task AcceptAllAsync() => _sink.ChangePolicyAsync(Policy.Replace(" = 100", " = 0", StringComparison.Ordinal));

    /// <summary>Waits until <see cref="Encrypted"/> was sent a message.</summary>
    /// <returns>The version of TLS that it came by, or nothing when it came in the clear.</returns>
    public async Task<string> EncryptedVersionAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        while (true)
        {
            var metrics = await _sink.MetricsAsync();
            if (metrics.Sum("smartsink_recipients_total", ("domain", "encrypted.example"), ("outcome", "accepted")) > 0)
            {
                return string.Concat(new[] { "1.2", "1.3" }.Where(version => metrics.Sum("smartsink_tls_handshakes_total", ("version", version), ("result", "succeeded")) > 0));
            }

            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>How much of the reply in several lines a text holds.</summary>
    public static string LinesOfGoneIn(string text) => string.Join(
        ' ',
        LinesOfGone.Select(line => text.Contains(line, StringComparison.Ordinal))) switch
    {
        "True True True" => "all lines",
        "True False False" => "the first line alone",
        "False False True" => "the last line alone",
        "False False False" => "no line",
        var some => throw new InvalidOperationException($"some lines of three: {some}"),
    };

    public async ValueTask DisposeAsync()
    {
        await Recorder.DisposeAsync();
        await _sink.DisposeAsync();
    }

    private Task<Socket> OpenSocketAsync() => _host is null
        ? Task.FromResult(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        : _host.OpenSocketAsync(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private async Task<Socket> DialAsync()
    {
        var to = _listener;
        var socket = await OpenSocketAsync();
        await socket.ConnectAsync(IPAddress.Loopback, _sink.SmtpPorts[(int)to]);
        if (to == ObservedListener.Busy)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.1 198.51.100.25 49152 25\r\n"));
        }

        return socket;
    }
}

/// <summary>The listeners of an <see cref="ObservedSink"/>, in their order.</summary>
internal enum ObservedListener
{
    /// <summary>Without TLS, so that all can be seen.</summary>
    Plain,

    /// <summary>With STARTTLS and the certificate that the sink makes for itself.</summary>
    StartTls,

    /// <summary>An MX host that greets with 421.</summary>
    Busy,
}
