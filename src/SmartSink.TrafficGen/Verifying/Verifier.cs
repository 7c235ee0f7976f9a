using SmartSink.Shared;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Verifying;

/// <summary>Asks the sink before and after a run what it counted, and whether that is what the run saw.</summary>
internal sealed class Verifier : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly TrafficOptions _options;
    private readonly TimeProvider _time;
    private readonly SinkMetrics _metrics;
    private readonly SinkCounts _before;

    private Verifier(TrafficOptions options, TimeProvider time, SinkMetrics metrics, SinkCounts before)
    {
        _options = options;
        _time = time;
        _metrics = metrics;
        _before = before;
    }

    /// <summary>Asks for the first time.</summary>
    /// <exception cref="VerifyException">The sink does not answer, or not with metrics.</exception>
    public static async Task<Verifier> StartAsync(TrafficOptions options, SinkMetrics metrics, TimeProvider time, CancellationToken cancellation) =>
        new(options, time, metrics, await metrics.FetchAsync(cancellation));

    /// <summary>Asks again until both sides agree, at most for the time that the options give.</summary>
    /// <param name="counts">What the run counted.</param>
    /// <param name="enough">Ends the waiting; the last answer counts.</param>
    public async Task<VerifyReport> CompareAsync(TrafficCounts counts, CancellationToken enough)
    {
        var sent = ByDomain(counts);
        var until = _time.GetUtcNow() + _options.VerifyWait;
        while (true)
        {
            var report = await AskAsync(sent, counts.Retried + counts.GivenUp);
            if (report.Agrees || _time.GetUtcNow() >= until || enough.IsCancellationRequested)
            {
                return report;
            }

            await Task.Delay(Interval, _time, enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _metrics.Dispose();

    private async Task<VerifyReport> AskAsync(IReadOnlyDictionary<string, RecipientCounts> sent, long unanswered)
    {
        var report = new VerifyReport(_options.Verify!, _options.VerifyRelayed, Agrees: false, Problem: null, Missing: 0, Extra: 0, unanswered, []);
        try
        {
            var counted = (await _metrics.FetchAsync(CancellationToken.None)).Since(_before);
            var groups = Comparison.Compare(sent, counted, _options.DomainSuffix ?? string.Empty, _options.VerifyRelayed);
            return report with
            {
                Agrees = groups.All(group => group.Agrees),
                Missing = groups.Sum(group => Math.Max(0, Comparison.Missing(group))),
                Extra = groups.Sum(group => Math.Max(0, -Comparison.Missing(group))),
                Groups = groups,
            };
        }
        catch (Exception exception) when (exception is VerifyException or FormatException)
        {
            return report with { Problem = exception.Message };
        }
    }

    /// <summary>A sink counts recipients by their answer at RCPT or at end of data; MAIL and DATA refused make no recipient of it.</summary>
    private Dictionary<string, RecipientCounts> ByDomain(TrafficCounts counts) => counts.Answers
        .Where(pair => pair.Answer.Stage is TrafficStage.Rcpt or TrafficStage.EndOfData or TrafficStage.Request)
        .GroupBy(pair => _options.Domains[pair.Answer.Domain].Name, StringComparer.Ordinal)
        .ToDictionary(
            same => same.Key,
            same => same.Aggregate(default(RecipientCounts), (sum, pair) => sum + pair.Answer.Times(pair.Count)),
            StringComparer.Ordinal);
}

/// <summary>Fetches a sink's counters over HTTP.</summary>
internal sealed class SinkMetrics : IDisposable
{
    /// <summary>Stands on every page of a sink; of recipients nothing does until there are some.</summary>
    private const string Sign = "smartsink_build_info";

    /// <summary>The largest page that is read: a sink's has a few hundred bytes for each domain.</summary>
    private const long MostBytes = 256 * RegularFile.Megabyte;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _client;
    private readonly Uri _page;

    /// <summary>Names the sink.</summary>
    /// <param name="sink">Its HTTP address, with or without <c>/metrics</c>.</param>
    /// <param name="handler">Sends the requests; null for the network, without a proxy.</param>
    public SinkMetrics(Uri sink, HttpMessageHandler? handler = null)
    {
        _page = AddressText.PageAt(sink, "/metrics");
        _client = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience, MaxResponseContentBufferSize = MostBytes };
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
                : throw new FormatException($"not a SmartSink metrics page: {Sign} is missing");
        }
        catch (TaskCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new VerifyException($"{_page}: no answer within {Patience.TotalSeconds} seconds", exception);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new VerifyException($"{_page}: the page is larger than {MostBytes / RegularFile.Megabyte} MB", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or FormatException)
        {
            throw new VerifyException($"{_page}: {exception.Message}", exception);
        }
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>The sink's counters cannot be read.</summary>
internal sealed class VerifyException(string message, Exception? inner) : Exception(message, inner);
