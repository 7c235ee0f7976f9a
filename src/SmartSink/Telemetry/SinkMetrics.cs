using System.Collections.Concurrent;
using Prometheus;

namespace SmartSink.Telemetry;

/// <summary>
/// Every metric of the sink, once, and the page that shows them. Nothing hot touches them: what is counted often is counted in stripes, and
/// whoever has them brings them here before a page is written.
/// </summary>
internal sealed class SinkMetrics : IDisposable
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly MetricFactory _factory;
    private readonly List<Collector> _all = [];
    private readonly ConcurrentQueue<Action> _fills = new();

    // What came since the page before is added to histograms, so only one page is made at a time.
    private readonly SemaphoreSlim _page = new(1);

    /// <summary>Makes a page on which nothing was counted yet.</summary>
    /// <param name="maxDomains">How many configured domains have series of their own.</param>
    public SinkMetrics(int maxDomains = 1000)
    {
        Domains = new DomainSeries(maxDomains);
        _factory = Metrics.WithCustomRegistry(_registry);
        _factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        _registry.AddBeforeCollectCallback(Fill);

        Connections = Counter("smartsink_connections_total", "Connections accepted, by listener, including those refused because of a limit.", "listener");
        ConnectionsOpen = Gauge("smartsink_connections_open", "Connections currently open, by listener.", "listener");
        ConnectionsLimit = Gauge("smartsink_connections_limit", "Connections that may be open at once, over all listeners.");
        ConnectionsClosed = Counter("smartsink_connections_closed_total", "Connections closed, by listener and reason.", "listener", "reason");
        AcceptErrors = Counter("smartsink_accept_errors_total", "Connections that could not be accepted, by listener and socket error.", "listener", "error");
        AcceptBacklog = Gauge("smartsink_accept_backlog", "Connections waiting in the kernel to be accepted, by listener, on systems that report it.", "listener");
        AcceptBacklogLimit = Gauge("smartsink_accept_backlog_limit", "Connections that may wait to be accepted before the kernel drops more, by listener.", "listener");
        PollingTurns = Counter("smartsink_polling_turns_total", "Turns that connections and listeners took on the polling threads: a few per message, none while idle.");

        Recipients = Counter("smartsink_recipients_total", "Recipients by outcome, stage of the deciding reply, and configured domain or pattern (other for the rest).", "outcome", "stage", "domain");
        Draws = Counter("smartsink_draws_total", "Recipients decided by the policy's rates, by drawn outcome and configured domain or pattern.", "outcome", "domain");
        Refusals = Counter("smartsink_refusals_total", "Refusals by configured domain or pattern (other for the rest), label of the reply, and class: one for each recipient, and one for each greeting, EHLO or MAIL.", "domain", "label", "class");
        RecipientsAbandoned = Counter("smartsink_recipients_abandoned_total", "Recipients accepted at RCPT whose transaction was abandoned before its end of data, by configured domain or pattern.", "domain");
        DomainsFolded = Gauge("smartsink_domains_folded", "Configured domains and patterns that count as other because SINK_METRICS_MAX_DOMAINS have series of their own.");
        Replies = Counter("smartsink_replies_total", "Replies sent, by code.", "code");
        Messages = Counter("smartsink_messages_total", "Transactions by outcome: that of the reply at end of data, or abandoned before it.", "outcome");

        Received = Counter("smartsink_received_bytes_total", "Bytes received from clients, after decryption, by listener.", "listener");
        Sent = Counter("smartsink_sent_bytes_total", "Bytes sent to clients, before encryption, by listener.", "listener");
        MessageBytes = Counter("smartsink_message_bytes_total", "Bytes of messages that reached their end of data, after dot-unstuffing.");
        MessageSize = Histogram("smartsink_message_size_bytes", "Sizes of messages that reached their end of data, after dot-unstuffing.", HistogramScale.Sizes);
        MessageRecipients = Histogram("smartsink_message_recipients", "Recipients accepted at RCPT of messages that reached their end of data.", HistogramScale.Recipients);

        TlsHandshakes = Counter("smartsink_tls_handshakes_total", "TLS handshakes, by listener, negotiated version and result.", "listener", "version", "result");
        Authentications = Counter("smartsink_authentications_total", "Authentication attempts, by mechanism and result.", "mechanism", "result");
        AuthUserReloads = Counter("smartsink_auth_user_reloads_total", "Reloads of the SINK_AUTH_USERS file, by result.", "result");
        TlsClientCertificates = Counter("smartsink_tls_client_certificates_total", "Handshakes that asked the client for a certificate, by listener and the subject it presented (none without one, other beyond the first 32).", "listener", "subject");
        TlsFaults = Counter("smartsink_tls_faults_total", "Faults from SINK_TLS_FAULTS injected into connections, by listener and fault.", "listener", "fault");
        ReplyFaults = Counter("smartsink_reply_faults_total", "Replies with a fault from SINK_REPLY_FAULTS, by listener and fault.", "listener", "fault");
        TlsCertificateReloads = Counter("smartsink_tls_certificate_reloads_total", "Reloads of the TLS certificate files, by result.", "result");

        TransactionTime = Histogram("smartsink_transaction_seconds", "Time from MAIL to the reply at end of data.", HistogramScale.Times);
        DataTime = Histogram("smartsink_data_seconds", "Time from the 354 reply to the reply at end of data.", HistogramScale.Times);

        PolicyReloads = Counter("smartsink_policy_reloads_total", "Reloads of the policy files, by result.", "result");
        PolicyLastReloadSuccessful = Gauge("smartsink_policy_last_reload_successful", "0 while changed policy files are not in force because they have mistakes, else 1.");
        PolicyInfo = Gauge("smartsink_policy_info", "The policy in force, by hash.", "hash");
        PolicyLastApplied = Gauge("smartsink_policy_last_applied_timestamp_seconds", "Unix time at which the policy in force took effect.");
        PolicyEntries = Gauge("smartsink_policy_entries", "Domains and patterns in the policy in force, including other.");

        PolicyRate = Gauge("smartsink_policy_rate", "Share of recipients, 0 to 1, that the policy's rates give each outcome, by configured domain or pattern that had recipients.", "domain", "outcome");

        LimitsHit = Counter("smartsink_limits_hit_total", "Recipients and clients refused by a provider's limit, by configured domain or pattern and limit.", "domain", "limit");
        SendersBlocked = Gauge("smartsink_senders_blocked", "Senders blocked by a provider: client networks, domains or users, depending on its limits.");
        Greylist = Counter("smartsink_greylist_total", "Attempts checked by a greylist, by configured domain or pattern and result.", "domain", "result");
        AnswerFaults = Counter("smartsink_answer_faults_total", "Faults of the policy injected into replies, by fault.", "fault");
        DelayTime = Histogram("smartsink_delay_seconds", "Reply delays set by the policy.", HistogramScale.Times);
        RulesActed = Counter("smartsink_rules_acted_total", "How often a rule of the policy has acted, by its name (other beyond the first 1000).", "rule");
        ScheduleActive = Gauge("smartsink_schedule_active", "1 for each schedule of the policy that is active now, by its name.", "schedule");
        OverridesInForce = Gauge("smartsink_overrides", "Overrides in force now.");
        OverrideOldest = Gauge("smartsink_override_oldest_timestamp_seconds", "Unix time at which the oldest override in force was added.");
        OverridesActed = Counter("smartsink_overrides_acted_total", "How often overrides have acted, including those that have ended.");
        Duplicates = Counter("smartsink_duplicates_total", "Messages accepted again for a recipient that already had them, by configured domain or pattern, where duplicates are counted.", "domain");
        StateEntries = Gauge("smartsink_state_entries", "Keys in the providers' memory of senders.");
        StateEvictions = Counter("smartsink_state_evictions_total", "Keys dropped from the providers' memory of senders because it was full.");

        EventFollowers = Gauge("smartsink_event_followers", "Clients following the API's events.");
        EventFollowersCut = Counter("smartsink_event_followers_cut_total", "Clients following the API's events that were cut off because they did not read.");
        EventsLeftOut = Counter("smartsink_events_left_out_total", "Events not reported by the API because there were more than 1,000 in a second.");
        LedgerOn = Gauge("smartsink_ledger_on", "1 while the ledger of senders is on, else 0.");
        LedgerBytes = Gauge("smartsink_ledger_bytes", "Memory used by the ledger of senders.");
        LedgerForgotten = Counter("smartsink_ledger_forgotten_total", "Facts dropped from the ledger of senders because it was full.");
        LedgerEventsDropped = Counter("smartsink_ledger_events_dropped_total", "Events missing from the ledger of senders because they came faster than it could process them.");
        LogEventsDropped = Counter("smartsink_log_events_dropped_total", "Log events dropped because standard output was not read fast enough or could not be written.");
        BuildInfo = Gauge("smartsink_build_info", "The program's version.", "version");

        ProcessCpu = Counter("process_cpu_seconds_total", "User and system CPU time.");
        ProcessResidentMemory = Gauge("process_resident_memory_bytes", "Resident memory.");
        ProcessStartTime = Gauge("process_start_time_seconds", "Unix time at which the process started.");
        ProcessOpenFds = Gauge("process_open_fds", "Open file descriptors.");
        ProcessMaxFds = Gauge("process_max_fds", "File descriptors that the process may have open.");
        Processors = Gauge("smartsink_processors", "Processors that the process may use.");

        GcCollections = Counter("dotnet_gc_collections_total", "Garbage collections, by generation.", "generation");
        GcPause = Counter("dotnet_gc_pause_seconds_total", "Time for which the garbage collector paused all threads.");
        GcAllocated = Counter("dotnet_gc_allocated_bytes_total", "Memory allocated on the managed heap since the process started.");
        GcHeap = Gauge("dotnet_gc_heap_bytes", "Size of the managed heap.");
        ThreadPoolThreads = Gauge("dotnet_thread_pool_threads", "Threads in the thread pool.");
    }

    /// <summary>All of them, in the order of the documentation.</summary>
    public IReadOnlyList<Collector> All => _all;

    /// <summary>Which configured domains are shown by name.</summary>
    public DomainSeries Domains { get; }

    public Counter Connections { get; }
    public Gauge ConnectionsOpen { get; }
    public Gauge ConnectionsLimit { get; }
    public Counter ConnectionsClosed { get; }
    public Counter AcceptErrors { get; }
    public Gauge AcceptBacklog { get; }
    public Gauge AcceptBacklogLimit { get; }
    public Counter PollingTurns { get; }
    public Counter Recipients { get; }
    public Counter Draws { get; }
    public Counter Refusals { get; }
    public Counter RecipientsAbandoned { get; }
    public Gauge DomainsFolded { get; }
    public Counter Replies { get; }
    public Counter Messages { get; }
    public Counter Received { get; }
    public Counter Sent { get; }
    public Counter MessageBytes { get; }
    public Histogram MessageSize { get; }
    public Histogram MessageRecipients { get; }
    public Counter TlsHandshakes { get; }
    public Counter Authentications { get; }
    public Counter AuthUserReloads { get; }
    public Counter TlsClientCertificates { get; }
    public Counter TlsFaults { get; }

    public Counter ReplyFaults { get; }
    public Counter TlsCertificateReloads { get; }
    public Histogram TransactionTime { get; }
    public Histogram DataTime { get; }
    public Counter PolicyReloads { get; }
    public Gauge PolicyLastReloadSuccessful { get; }
    public Gauge PolicyInfo { get; }
    public Gauge PolicyLastApplied { get; }
    public Gauge PolicyEntries { get; }
    public Gauge PolicyRate { get; }
    public Counter LimitsHit { get; }
    public Gauge SendersBlocked { get; }
    public Counter Greylist { get; }
    public Counter AnswerFaults { get; }
    public Histogram DelayTime { get; }
    public Counter RulesActed { get; }
    public Gauge ScheduleActive { get; }
    public Gauge OverridesInForce { get; }
    public Gauge OverrideOldest { get; }
    public Counter OverridesActed { get; }
    public Counter Duplicates { get; }
    public Gauge StateEntries { get; }
    public Counter StateEvictions { get; }
    public Gauge EventFollowers { get; }
    public Counter EventFollowersCut { get; }
    public Counter EventsLeftOut { get; }
    public Gauge LedgerOn { get; }
    public Gauge LedgerBytes { get; }
    public Counter LedgerForgotten { get; }
    public Counter LedgerEventsDropped { get; }
    public Counter LogEventsDropped { get; }
    public Gauge BuildInfo { get; }
    public Counter ProcessCpu { get; }
    public Gauge ProcessResidentMemory { get; }
    public Gauge ProcessStartTime { get; }
    public Gauge ProcessOpenFds { get; }
    public Gauge ProcessMaxFds { get; }
    public Gauge Processors { get; }
    public Counter GcCollections { get; }
    public Counter GcPause { get; }
    public Counter GcAllocated { get; }
    public Gauge GcHeap { get; }
    public Gauge ThreadPoolThreads { get; }

    /// <summary>Has values brought up to date before each page, in the order of these calls; must not throw.</summary>
    public void BeforePage(Action fill) => _fills.Enqueue(fill);

    public async Task WriteAsync(Stream page, ExpositionFormat format, CancellationToken cancellation)
    {
        await _page.WaitAsync(cancellation);
        try
        {
            await _registry.CollectAndExportAsTextAsync(page, format, cancellation);
        }
        finally
        {
            _page.Release();
        }
    }

    /// <summary>The counts in a few lines: each a subject and what was counted of it.</summary>
    public async Task<IReadOnlyList<(string Subject, string Counts)>> SummaryAsync(DateTimeOffset now)
    {
        // Only a page brings the counts up to date.
        await WriteAsync(Stream.Null, ExpositionFormat.PrometheusText, CancellationToken.None);
        return MetricsSummary.Of(this, now);
    }

    public void Dispose() => _page.Dispose();

    private void Fill()
    {
        foreach (var fill in _fills)
        {
            fill();
        }
    }

    private Counter Counter(string name, string help, params string[] labels) => Add(_factory.CreateCounter(name, help, labels));

    private Gauge Gauge(string name, string help, params string[] labels) =>
        Add(_factory.CreateGauge(name, help, labels, new GaugeConfiguration { SuppressInitialValue = true }));

    private Histogram Histogram(string name, string help, HistogramScale scale) => Add(_factory.CreateHistogram(name, help, new HistogramConfiguration { Buckets = scale.Bounds }));

    private T Add<T>(T collector)
        where T : Collector
    {
        _all.Add(collector);
        return collector;
    }
}
