namespace SmartSink.TrafficGen.Verifying;

/// <summary>Fetches a sink's counters over HTTP.</summary>
internal sealed class SinkMetrics : IDisposable
{
    /// <summary>Stands on every page of a sink; of recipients nothing does until there are some.</summary>
    private const string Sign = "smartsink_build_info";

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
            var metrics = await _client.GetStringAsync(_page, cancellation);
            return metrics.Contains(Sign, StringComparison.Ordinal)
                ? SinkCounts.Read(metrics)
                : throw new FormatException($"no page of a SmartSink's metrics: {Sign} is not there");
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
