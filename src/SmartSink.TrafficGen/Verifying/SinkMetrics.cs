namespace SmartSink.TrafficGen.Verifying;

/// <summary>Fetches a sink's counters over HTTP.</summary>
internal sealed class SinkMetrics : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly Uri _page;

    /// <summary>Names the sink.</summary>
    /// <param name="sink">Its HTTP address, with or without <c>/metrics</c>.</param>
    /// <param name="handler">Sends the requests; null for the network, without a proxy.</param>
    public SinkMetrics(Uri sink, HttpMessageHandler? handler = null)
    {
        _page = HttpPage.At(sink, "/metrics");
        _client = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    }

    /// <summary>What the sink has counted until now.</summary>
    /// <exception cref="VerifyException">It does not answer, or not with metrics.</exception>
    public async Task<SinkCounts> FetchAsync(CancellationToken cancellation)
    {
        try
        {
            return SinkCounts.Read(await _client.GetStringAsync(_page, cancellation));
        }
        catch (TaskCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new VerifyException($"{_page}: no answer in {Patience.TotalSeconds} seconds", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or FormatException)
        {
            throw new VerifyException($"{_page}: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
