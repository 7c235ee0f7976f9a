using SmartSink.Shared;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Reporting;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Verifying;

/// <summary>Asks the sinks before and after a run what they counted, and whether that is what the run saw.</summary>
internal sealed class Verifier : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly TrafficOptions _options;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<SinkMetrics> _sinks;
    private readonly SinkCounts[] _before;
    private readonly string? _ledgerProblem;

    private Verifier(TrafficOptions options, TimeProvider time, IReadOnlyList<SinkMetrics> sinks, SinkCounts[] before, string? ledgerProblem)
    {
        _options = options;
        _time = time;
        _sinks = sinks;
        _before = before;
        _ledgerProblem = ledgerProblem;
    }

    /// <summary>Asks for the first time.</summary>
    /// <param name="options">Say how long to wait for agreement, and of what domains the run is.</param>
    /// <param name="sinks">The sinks; they are the verifier's then, and disposed of when it cannot begin.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="VerifyException">Sinks that do not answer, or not with metrics; a line for each.</exception>
    public static async Task<Verifier> StartAsync(TrafficOptions options, IReadOnlyList<SinkMetrics> sinks, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            var before = await Task.WhenAll(sinks.Select(sink => sink.TryFetchAsync(cancellation)));
            var problems = before.Select(fetched => fetched.Problem).OfType<string>().ToList();
            return problems.Count == 0
                ? new Verifier(options, time, sinks, [.. before.Select(fetched => fetched.Counts!)], await FindLedgerProblemAsync(options, sinks, cancellation))
                : throw new VerifyException(string.Join('\n', problems), inner: null);
        }
        catch
        {
            DisposeOf(sinks);
            throw;
        }
    }

    /// <summary>Asks again until both sides agree, at most for the time that the options give.</summary>
    /// <param name="counts">What the run counted.</param>
    /// <param name="fates">What became of each message; null when they have no numbers.</param>
    /// <param name="enough">Ends the waiting; the last answer counts.</param>
    public async Task<VerifyReport> CompareAsync(TrafficCounts counts, MessageFates? fates, CancellationToken enough)
    {
        var sent = ByDomain(counts);
        var until = _time.GetUtcNow() + _options.VerifyWait;
        while (true)
        {
            var report = await WithNumbersAsync(await AskAsync(sent, counts.Retried + counts.GivenUp), fates);
            if (report.Agrees || _time.GetUtcNow() >= until || enough.IsCancellationRequested)
            {
                return await WithTimesAsync(report, fates);
            }

            await Task.Delay(Interval, _time, enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => DisposeOf(_sinks);

    private async Task<VerifyReport> AskAsync(IReadOnlyDictionary<string, RecipientCounts> sent, long unanswered)
    {
        var relayed = _options.VerifyRelayed;
        var fetched = await Task.WhenAll(_sinks.Select((sink, index) => SinceAsync(sink, _before[index])));
        var report = new VerifyReport([.. fetched.Select(sink => sink.Report)], relayed, Agrees: false, Missing: 0, Extra: 0, unanswered, []);
        if (!report.IsWhole)
        {
            return report;
        }

        var groups = Comparison.Compare(sent, SinkCounts.Sum([.. fetched.Select(sink => sink.Counts!)]), _options.DomainSuffix ?? string.Empty, relayed);
        return report with
        {
            Agrees = groups.All(group => group.Agrees),
            Missing = groups.Sum(group => Comparison.Missing(group, relayed)),
            Extra = groups.Sum(group => Comparison.Extra(group, relayed)),
            Groups = groups,
        };
    }

    private static async Task<string?> FindLedgerProblemAsync(TrafficOptions options, IReadOnlyList<SinkMetrics> sinks, CancellationToken cancellation)
    {
        if (!options.HasNumbers)
        {
            return $"messages of {FlagNames.BodyFile} and {FlagNames.Replay} have no numbers without {FlagNames.Verp}";
        }

        var problems = await Task.WhenAll(sinks.Select(sink => sink.Ledger.FindProblemAsync(cancellation)));
        return problems.Any(problem => problem is not null) ? string.Join('\n', problems.OfType<string>()) : null;
    }

    /// <summary>Numbers decide alone, except for messages to several recipients: there a number says only that one of them was reached.</summary>
    private async Task<VerifyReport> WithNumbersAsync(VerifyReport report, MessageFates? fates)
    {
        if (fates is null || !report.IsWhole || _ledgerProblem is not null)
        {
            return report with { NumbersProblem = _ledgerProblem };
        }

        var runs = await Task.WhenAll(_sinks.Select(sink => sink.Ledger.TryReadAsync(_options.RunId, CancellationToken.None)));
        if (runs.Any(run => run.Problem is not null))
        {
            return report with { NumbersProblem = string.Join('\n', runs.Select(run => run.Problem).OfType<string>()) };
        }

        var single = _options.RecipientsPerMessage == 1;
        var numbers = NumberComparison.Compare(fates, [.. runs.Select(run => run.Run!)], _options.VerifyRelayed, single);
        var isByNumber = single && !numbers.Partial;
        return report with { Numbers = numbers, IsByNumber = isByNumber, Agrees = numbers.Agrees && (isByNumber || report.Agrees) };
    }

    // Once: waiting makes nothing less late.
    private async Task<VerifyReport> WithTimesAsync(VerifyReport report, MessageFates? fates)
    {
        if (fates is null || report.Numbers is null)
        {
            return report;
        }

        var lateness = new Lateness(fates, _time);
        foreach (var sink in _sinks)
        {
            if (await lateness.AddAsync(sink.Ledger, _options.RunId, CancellationToken.None) is { } problem)
            {
                return report with { TimesProblem = problem, Agrees = report.Agrees && _options.Late is null };
            }
        }

        var times = lateness.Read(_options.Late ?? TrafficOptions.LateUnlessGiven);
        return report with { Times = times, Agrees = report.Agrees && (_options.Late is null || times.Late.Count == 0) };
    }

    private static async Task<(VerifiedSink Report, SinkCounts? Counts)> SinceAsync(SinkMetrics sink, SinkCounts before)
    {
        var (after, problem) = await sink.TryFetchAsync(CancellationToken.None);
        try
        {
            var counts = after?.Since(before);
            var totals = counts is null ? null : OutcomeTotals.Of(counts.Total);
            return (new VerifiedSink(sink.Address, problem, counts?.Started, totals), counts);
        }
        catch (FormatException exception)
        {
            return (new VerifiedSink(sink.Address, $"{sink.Page}: {exception.Message}", after?.Started, Recipients: null), null);
        }
    }

    private static void DisposeOf(IEnumerable<SinkMetrics> sinks)
    {
        foreach (var sink in sinks)
        {
            sink.Dispose();
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

    /// <summary>Names the sink.</summary>
    /// <param name="sink">Its HTTP address, with or without <c>/metrics</c>.</param>
    /// <param name="handler">Sends the requests; null for the network, without a proxy.</param>
    public SinkMetrics(Uri sink, HttpMessageHandler? handler = null)
    {
        Address = sink;
        Page = AddressText.MetricsAt(sink);
        _client = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience, MaxResponseContentBufferSize = MostBytes };
        Ledger = new LedgerPage(_client, new Uri(Page, "api/v1/ledger"));
    }

    /// <summary>The sink as it was named.</summary>
    public Uri Address { get; }

    /// <summary>Where its counters stand.</summary>
    public Uri Page { get; }

    /// <summary>Its ledger.</summary>
    public LedgerPage Ledger { get; }

    /// <summary>What the sink has counted until now; or why that cannot be read, in a line that names the page.</summary>
    public async Task<(SinkCounts? Counts, string? Problem)> TryFetchAsync(CancellationToken cancellation)
    {
        try
        {
            var metrics = await _client.GetStringAsync(Page, cancellation);
            return metrics.Contains(Sign, StringComparison.Ordinal)
                ? (SinkCounts.Read(metrics), null)
                : (null, $"{Page}: not a SmartSink metrics page: {Sign} is missing");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"{Page}: no answer within {Patience.TotalSeconds} seconds");
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            return (null, $"{Page}: the page is larger than {MostBytes / RegularFile.Megabyte} MB");
        }
        catch (Exception exception) when (exception is HttpRequestException or FormatException)
        {
            return (null, $"{Page}: {exception.Message}");
        }
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>The counters of sinks cannot be read.</summary>
internal sealed class VerifyException(string message, Exception? inner) : Exception(message, inner);
