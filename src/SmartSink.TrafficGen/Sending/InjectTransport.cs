using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>Messages go by KumoMTA's HTTP API, a request each; the workers share the connections.</summary>
internal sealed class InjectTransport : ITransport
{
    private const string Path = "/api/inject/v1";

    /// <summary>The longest answer that is read: room for some hundred thousand failed recipients.</summary>
    private const int LongestAnswer = 32 * 1024 * 1024;

    private readonly ITrafficObserver _observer;
    private readonly TimeProvider _clock;
    private readonly HttpClient _client;
    private readonly Uri _page;

    private InjectTransport(TrafficOptions options, ITrafficObserver observer, TimeProvider clock)
    {
        _observer = observer;
        _clock = clock;
        _page = AddressText.PageAt(options.Http!, Path);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = ConnectAsync,
            MaxConnectionsPerServer = options.Concurrency,
            UseCookies = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
#pragma warning disable CA5359 // What is tested is a load, often with a certificate of the test's own: said in the help of the flag.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
        })
        {
            MaxResponseContentBufferSize = LongestAnswer,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (options.Credential is { } credential)
        {
            var userPass = Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}");
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(userPass));
        }
    }

    /// <summary>Finds the server; nothing is sent yet.</summary>
    /// <param name="options">Where to, and how.</param>
    /// <param name="observer">Hears of the connections.</param>
    /// <param name="clock">The time.</param>
    /// <param name="stop">Ends the search.</param>
    /// <exception cref="TrafficException">The server's name has no address that the mail may go to.</exception>
    public static async Task<InjectTransport> MakeAsync(TrafficOptions options, ITrafficObserver observer, TimeProvider clock, CancellationToken stop)
    {
        await HostAddresses.FindAsync(options.Http!.DnsSafeHost, options, stop);
        return new InjectTransport(options, observer, clock);
    }

    public IMessageSender CreateSender(TrafficContext run, int worker) => new InjectSender(run, this);

    /// <summary>Sends a request and reads its answer to the end.</summary>
    /// <exception cref="HttpRequestException">There is none.</exception>
    /// <exception cref="OperationCanceledException">It was not waited for.</exception>
    public async Task<HttpResponseMessage> PostAsync(ReadOnlyMemory<byte> json, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _page) { Content = new ReadOnlyMemoryContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await _client.SendAsync(request, cancellation);
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var since = _clock.GetTimestamp();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _observer.Timed(TrafficStage.Connect, _clock.GetTimestamp() - since);
        return new ObservedStream(socket, _observer);
    }
}

/// <summary>A connection whose beginning and end are told.</summary>
internal sealed class ObservedStream : NetworkStream
{
    private readonly ITrafficObserver _observer;
    private int _ended;

    public ObservedStream(Socket socket, ITrafficObserver observer)
        : base(socket, ownsSocket: true)
    {
        _observer = observer;
        observer.Connected();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _observer.Disconnected();
        }

        base.Dispose(disposing);
    }
}
