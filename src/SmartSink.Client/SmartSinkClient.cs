using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SmartSink.Client;

/// <summary>
/// Observes and controls a running sink over its control API. Safe for use by any number of threads.
/// Every call throws a <see cref="SmartSinkException"/> when the sink refuses, and an <see cref="HttpRequestException"/> when it cannot be reached.
/// </summary>
public sealed class SmartSinkClient : IDisposable
{
    private const string Overlay = "policy/overlay";

    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http;
    private readonly bool _isOwn;
    private readonly AuthenticationHeaderValue? _token;
    private readonly TimeProvider _clock;

    /// <summary>Creates a client for the sink whose HTTP listens at an address.</summary>
    /// <param name="address">Such as <c>http://127.0.0.1:8000</c>.</param>
    /// <param name="token">The sink's <c>SINK_API_TOKEN</c>; null for a sink on this machine, which needs none.</param>
    public SmartSinkClient(Uri address, string? token = null)
        : this(new HttpClient { BaseAddress = WithSlash(address) }, isOwn: true, token, TimeProvider.System)
    {
    }

    /// <summary>Creates a client that uses the given <see cref="HttpClient"/> and does not dispose of it.</summary>
    /// <param name="http">Its <see cref="HttpClient.BaseAddress"/> is the sink's, with a slash at the end if it has a path.</param>
    /// <param name="token">The sink's <c>SINK_API_TOKEN</c>; null for a sink on this machine, which needs none.</param>
    /// <exception cref="ArgumentException"><paramref name="http"/> has no address.</exception>
    public SmartSinkClient(HttpClient http, string? token = null)
        : this(http, isOwn: false, token, TimeProvider.System)
    {
    }

    internal SmartSinkClient(HttpClient http, bool isOwn, string? token, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.BaseAddress is null)
        {
            throw new ArgumentException("The HttpClient has no BaseAddress: set it to the sink's, such as http://127.0.0.1:8000.", nameof(http));
        }

        _http = http;
        _isOwn = isOwn;
        _token = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        _clock = clock;
    }

    /// <summary>Overrides the policy until the result is disposed of or the time is over.</summary>
    /// <param name="rule">What it matches and what it does.</param>
    /// <param name="cancellationToken">Cancels the call. The sink may have received it by then; the override then ends when its time is over.</param>
    /// <returns>The override, which is removed when disposed: <c>await using var down = await sink.OverrideAsync(…)</c>.</returns>
    public async Task<OverrideLease> OverrideAsync(SinkOverride rule, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rule);
        using var body = JsonContent.Create(rule.ToRequest(), ClientJson.Default.OverrideRequest);
        return new OverrideLease(this, await AskAsync(HttpMethod.Post, "overrides", body, ClientJson.Default.ActiveOverride, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>All overrides in force at the sink, whoever added them.</summary>
    public async Task<IReadOnlyList<ActiveOverride>> ListOverridesAsync(CancellationToken cancellationToken = default) =>
        (await GetAsync("overrides", ClientJson.Default.OverrideList, cancellationToken).ConfigureAwait(false)).Overrides;

    /// <summary>An override by its id; null if it has ended.</summary>
    public Task<ActiveOverride?> GetOverrideAsync(string id, CancellationToken cancellationToken = default) =>
        FindAsync($"overrides/{Uri.EscapeDataString(id)}", ClientJson.Default.ActiveOverride, cancellationToken);

    /// <summary>Removes an override by its id.</summary>
    /// <returns>False if it had already ended.</returns>
    public Task<bool> RemoveOverrideAsync(string id, CancellationToken cancellationToken = default) => RemoveAsync($"overrides/{Uri.EscapeDataString(id)}", cancellationToken);

    /// <summary>Removes all overrides, whoever added them.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> CalmAsync(CancellationToken cancellationToken = default) =>
        (await AskAsync(HttpMethod.Delete, "overrides", body: null, ClientJson.Default.CalmAnswer, cancellationToken).ConfigureAwait(false)).Removed;

    /// <summary>Lays a piece of policy over the sink's files, until the answer is disposed of or the time is over.</summary>
    /// <param name="overlay">What it says, and for how long.</param>
    /// <param name="cancellationToken">Cancels the call. The sink may have received it by then; the override then ends when its time is over.</param>
    /// <returns>The overlay, which takes itself back: <c>await using var monday = await sink.OverlayAsync(…)</c>.</returns>
    /// <exception cref="SmartSinkException">409: another overlay holds. 400: it has mistakes, which are told with their lines.</exception>
    public async Task<OverlayLease> OverlayAsync(SinkOverlay overlay, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(overlay);
        using var body = JsonContent.Create(overlay.ToRequest(), ClientJson.Default.OverlayRequest);
        return new OverlayLease(this, await AskAsync(HttpMethod.Post, Overlay, body, ClientJson.Default.ActiveOverlay, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The overlay that the sink has, whoever gave it; null for none.</summary>
    public Task<ActiveOverlay?> GetOverlayAsync(CancellationToken cancellationToken = default) => FindAsync(Overlay, ClientJson.Default.ActiveOverlay, cancellationToken);

    /// <summary>Takes the overlay back, whoever gave it.</summary>
    /// <returns>False when there was none.</returns>
    public Task<bool> RemoveOverlayAsync(CancellationToken cancellationToken = default) => RemoveAsync(Overlay, cancellationToken);

    /// <summary>What would happen to mail for an address, and why.</summary>
    /// <param name="recipient">An address or a domain.</param>
    /// <param name="client">The sending client's address, to include what the provider remembers of it.</param>
    /// <param name="destination">The address that the client connects to, if the policy distinguishes servers.</param>
    /// <param name="sender">The sender, for a greylist.</param>
    /// <param name="user">The user that has logged in.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SinkExplanation> ExplainAsync(
        string recipient, string? client = null, string? destination = null, string? sender = null, string? user = null, CancellationToken cancellationToken = default) =>
        GetAsync(
            PathOf("explain", ("recipient", recipient), ("client", client), ("destination", destination), ("sender", sender), ("user", user)),
            ClientJson.Default.SinkExplanation,
            cancellationToken);

    /// <summary>The policy in force, and its entries.</summary>
    /// <param name="domain">Only the entry of this domain.</param>
    /// <param name="from">The first entry, from 0.</param>
    /// <param name="count">How many, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SinkPolicy> PolicyAsync(string? domain = null, int from = 0, int count = 100, CancellationToken cancellationToken = default) =>
        GetAsync(PathOf("policy", ("domain", domain), ("from", from), ("count", count)), ClientJson.Default.SinkPolicy, cancellationToken);

    /// <summary>What has come in, and with what outcome.</summary>
    /// <param name="domains">How many domains, busiest first, at most 1,000.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SinkStats> StatsAsync(int domains = 100, CancellationToken cancellationToken = default) =>
        GetAsync(PathOf("stats", ("domains", domains)), ClientJson.Default.SinkStats, cancellationToken);

    /// <summary>What came in during each of the last seconds.</summary>
    /// <param name="seconds">How many, at most 600. A sink that is younger returns fewer.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SinkHistory> HistoryAsync(int seconds = 600, CancellationToken cancellationToken = default) =>
        GetAsync(PathOf("stats/history", ("seconds", seconds)), ClientJson.Default.SinkHistory, cancellationToken);

    /// <summary>Who is connected.</summary>
    /// <param name="client">Only clients with this address or in this network.</param>
    /// <param name="from">The lowest connection number to list.</param>
    /// <param name="count">How many, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SinkConnections> ConnectionsAsync(string? client = null, long from = 0, int count = 100, CancellationToken cancellationToken = default) =>
        GetAsync(PathOf("connections", ("from", from), ("count", count), ("client", client)), ClientJson.Default.SinkConnections, cancellationToken);

    /// <summary>The client networks that send, and how they retry.</summary>
    /// <param name="count">How many, busiest first, 1 to 1,000.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SinkSenders> SendersAsync(int count = 100, CancellationToken cancellationToken = default) =>
        GetAsync(PathOf("senders", ("count", count)), ClientJson.Default.SinkSenders, cancellationToken);

    /// <summary>The headers of a sample of messages; the sink keeps none unless <c>SINK_SAMPLE</c> is set, <c>1/1</c> for every message.</summary>
    /// <param name="count">How many, the newest ones, at most 100.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<SinkSamples> MessagesAsync(int count = 100, CancellationToken cancellationToken = default) =>
        GetAsync(PathOf("messages", ("sample", count)), ClientJson.Default.SinkSamples, cancellationToken);

    /// <summary>Checks the text of a policy file without using it.</summary>
    /// <param name="policy">TOML, at most 64 kB.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<PolicyCheck> CheckAsync(string policy, CancellationToken cancellationToken = default)
    {
        using var body = new StringContent(policy, Encoding.UTF8, "text/plain");
        return await AskAsync(HttpMethod.Post, "check", body, ClientJson.Default.PolicyCheck, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the sink reread all its files, like SIGHUP.</summary>
    /// <returns>The result for each.</returns>
    public async Task<IReadOnlyList<SinkReload>> ReloadAsync(CancellationToken cancellationToken = default) =>
        (await AskAsync(HttpMethod.Post, "reload", body: null, ClientJson.Default.ReloadAnswer, cancellationToken).ConfigureAwait(false)).Results;

    /// <summary>Turns the sink's ledger on; what it has already recorded is kept.</summary>
    public Task StartLedgerAsync(CancellationToken cancellationToken = default) => SwitchLedgerAsync(on: true, cancellationToken);

    /// <summary>Turns the sink's ledger off and forgets what it recorded.</summary>
    public Task StopLedgerAsync(CancellationToken cancellationToken = default) => SwitchLedgerAsync(on: false, cancellationToken);

    /// <summary>Clears the sink's ledger and continues recording: the next report covers only what comes in from now on.</summary>
    public async Task ClearLedgerAsync(CancellationToken cancellationToken = default)
    {
        using var request = Request(HttpMethod.Delete, "ledger");
        using var answer = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A graded report on what the senders have done so far. The ledger must be on: see <see cref="StartLedgerAsync"/>.</summary>
    /// <param name="run">Only messages of this load-generator run.</param>
    /// <param name="client">Only senders with this address or in this network.</param>
    /// <param name="since">Only what came in during this time before now.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SmartSinkException">409: the ledger is off.</exception>
    public Task<ReportCard> GetReportAsync(string? run = null, string? client = null, TimeSpan? since = null, CancellationToken cancellationToken = default) => GetAsync(
        PathOf("report", ("run", run), ("client", client), ("since", SinkOverride.Write(since))),
        ClientJson.Default.ReportCard,
        cancellationToken);

    /// <summary>The same report, in which the sender's own classification of refusals is compared with the sink's labels.</summary>
    /// <param name="log">The sender's log; recipients that the sink did not refuse are ignored.</param>
    /// <param name="run">Only messages of this load-generator run.</param>
    /// <param name="client">Only senders with this address or in this network.</param>
    /// <param name="since">Only what came in during this time before now.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SmartSinkException">409: the ledger is off. 413: the log is larger than 16 MB.</exception>
    public async Task<ReportCard> GetClassifiedReportAsync(
        IEnumerable<ClassifiedRecipient> log, string? run = null, string? client = null, TimeSpan? since = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        var lines = new StringBuilder();
        foreach (var line in log)
        {
            lines.Append(JsonSerializer.Serialize(line, ClientJson.Default.ClassifiedRecipient)).Append('\n');
        }

        using var body = new StringContent(lines.ToString(), Encoding.UTF8, "application/x-ndjson");
        return await AskAsync(
            HttpMethod.Post, PathOf("report", ("run", run), ("client", client), ("since", SinkOverride.Write(since))), body, ClientJson.Default.ReportCard, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether the ledger is on, and how much it holds.</summary>
    public Task<SinkLedger> GetLedgerAsync(CancellationToken cancellationToken = default) => GetAsync("ledger", ClientJson.Default.SinkLedger, cancellationToken);

    /// <summary>What became of a run, by message number.</summary>
    /// <param name="run">Its id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Null if nothing of it has arrived, or it was forgotten.</returns>
    /// <exception cref="SmartSinkException">409: the ledger is off.</exception>
    public Task<SinkRun?> GetRunAsync(string run, CancellationToken cancellationToken = default) =>
        FindAsync($"ledger/runs/{Uri.EscapeDataString(run)}", ClientJson.Default.SinkRun, cancellationToken);

    /// <summary>When each message of a run was first accepted.</summary>
    /// <param name="run">Its id.</param>
    /// <param name="from">The first number.</param>
    /// <param name="count">How many numbers, at most 100,000.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Null if nothing of it has arrived, or it was forgotten.</returns>
    /// <exception cref="SmartSinkException">409: the ledger is off.</exception>
    public Task<SinkRunTimes?> GetRunTimesAsync(string run, long from = 0, int count = 100_000, CancellationToken cancellationToken = default) =>
        FindAsync(PathOf($"ledger/runs/{Uri.EscapeDataString(run)}/times", ("from", from), ("count", count)), ClientJson.Default.SinkRunTimes, cancellationToken);

    /// <summary>
    /// Follows events until cancelled. A broken connection is reopened, and continues where it broke off as far as the sink remembers
    /// (its last 1,000 events); if the sink is gone, the client waits for it. Only a failure of the first connection is thrown.
    /// </summary>
    /// <param name="filter">Which events; all by default.</param>
    /// <param name="after">The event to start after; 0 for all that the sink remembers, null for new events only.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async IAsyncEnumerable<SinkEvent> FollowEventsAsync(
        EventFilter? filter = null, long? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = new EventReader(this, filter, after, _clock);
        await using var closing = reader.ConfigureAwait(false);
        while (true)
        {
            yield return await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The id of the newest event: pass it as <c>after</c> to ignore everything that happened before.</summary>
    public async Task<long> LastEventIdAsync(CancellationToken cancellationToken = default) =>
        (await GetAsync(PathOf("events", ("count", 1)), ClientJson.Default.EventList, cancellationToken).ConfigureAwait(false)).LastId;

    /// <summary>
    /// Waits for the outcome of a recipient. The events that the sink remembers are searched first, so mail sent before the call is found too.
    /// Recipients beyond the first twenty of a message are found only if they are refused.
    /// </summary>
    /// <param name="recipient">The address, case-insensitive.</param>
    /// <param name="outcome">The outcome to wait for.</param>
    /// <param name="timeout">How long to wait; 30 s by default.</param>
    /// <param name="after">Only events after this one count, see <see cref="LastEventIdAsync"/>; 0 for all that the sink remembers.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>A <see cref="MessageEvent"/> for <see cref="SinkOutcome.Accepted"/>, else a <see cref="RefusalEvent"/>.</returns>
    /// <exception cref="TimeoutException">It did not happen; the message says what did.</exception>
    public async Task<SinkEvent> WaitForAsync(
        string recipient, SinkOutcome outcome, TimeSpan? timeout = null, long after = 0, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(recipient);
        var patience = timeout ?? UsualPatience;
        var wait = new RecipientWait(recipient, outcome);
        using var limit = new CancellationTokenSource(patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var reader = new EventReader(this, filter: null, after, _clock);
        await using var closing = reader.ConfigureAwait(false);
        try
        {
            while (true)
            {
                var told = await reader.ReadAsync(either.Token).ConfigureAwait(false);
                if (wait.IsOver(told))
                {
                    return told;
                }
            }
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(wait.Tell(patience, reader.Trouble), error);
        }
    }

    /// <summary>Closes the connections, if it owns them.</summary>
    public void Dispose()
    {
        if (_isOwn)
        {
            _http.Dispose();
        }
    }

    /// <summary>A request of a call by its path below the API's.</summary>
    internal static HttpRequestMessage Request(HttpMethod method, string path, HttpContent? body = null) => new(method, "api/v1/" + path) { Content = body };

    /// <summary>The path of a call, with the parameters that have a value.</summary>
    internal static string PathOf(string call, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var path = new StringBuilder(call);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                path.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture)!));
                separator = '&';
            }
        }

        return path.ToString();
    }

    /// <summary>Sends, and throws what is not a success.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = _token;
        var answer = await _http.SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw await SmartSinkException.ReadAsync(answer, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Uri WithSlash(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
    }

    private async Task SwitchLedgerAsync(bool on, CancellationToken cancellationToken)
    {
        using var body = JsonContent.Create(new LedgerSwitch(on), ClientJson.Default.LedgerSwitch);
        using var request = Request(HttpMethod.Put, "ledger", body);
        using var answer = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync(path, type, cancellationToken).ConfigureAwait(false);
        }
        catch (SmartSinkException error) when (error.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<bool> RemoveAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request(HttpMethod.Delete, path);
            using var answer = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SmartSinkException error) when (error.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, path, body: null, type, cancellationToken);

    private async Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var request = Request(method, path, body);
        using var answer = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
        return await answer.Content.ReadFromJsonAsync(type, cancellationToken).ConfigureAwait(false)
            ?? throw new HttpRequestException($"{request.RequestUri} answered null");
    }
}

/// <summary>What a wait for a recipient has seen.</summary>
internal sealed class RecipientWait(string recipient, SinkOutcome outcome)
{
    private const int MostTold = 5;

    private readonly List<string> _ofRecipient = [];

    // Transactions of which the recipient was refused with the message. The reply, which is for all of its recipients, is told behind that, once.
    private readonly HashSet<string> _refusedWith = new(StringComparer.Ordinal);
    private int _refusals;
    private int _messages;
    private long _leftOut;

    /// <summary>Takes an event, and says whether it is the one.</summary>
    public bool IsOver(SinkEvent told)
    {
        switch (told)
        {
            case RefusalEvent refusal:
                _refusals++;
                return (IsIt(refusal.Recipient) || (refusal.Stage == "data" && _refusedWith.Contains(refusal.Transaction ?? ""))) && IsOver(refusal.Outcome, $"{SinkWords.Of(refusal.Outcome)} at {refusal.Stage}: {refusal.Reply.ReplaceLineEndings(" / ")}");
            case MessageEvent message:
                _messages++;
                if (message.Recipients.FirstOrDefault(named => IsIt(named.Recipient)) is not { } found)
                {
                    return false;
                }

                if (found.Outcome == SinkOutcome.Accepted)
                {
                    return IsOver(found.Outcome, $"accepted with the message ({message.Code})");
                }

                _refusedWith.Add(message.Transaction ?? "");
                return false;
            case SampledEvent sampled:
                _leftOut += sampled.LeftOut;
                return false;
            default:
                return false;
        }
    }

    /// <summary>Why it was in vain.</summary>
    public string Tell(TimeSpan patience, Exception? trouble)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"No {SinkWords.Of(outcome)} for {recipient} within {patience.TotalSeconds} s. "));
        text.Append(_ofRecipient.Count == 0 ? "The sink told of nothing for this recipient" : $"For this recipient it was: {string.Join("; ", _ofRecipient.TakeLast(MostTold))}");
        text.Append(CultureInfo.InvariantCulture, $". In all it told of {_refusals} refusals and {_messages} messages.");
        if (_leftOut > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" It left {_leftOut} events out, as there were too many to tell: this may have been among them.");
        }

        if (trouble is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $" The connection to the sink is broken: {trouble.Message}");
        }

        return text.ToString();
    }

    private bool IsIt(string? address) => string.Equals(address, recipient, StringComparison.OrdinalIgnoreCase);

    private bool IsOver(SinkOutcome found, string description)
    {
        _ofRecipient.Add(description);
        return found == outcome;
    }
}
