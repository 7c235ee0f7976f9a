using static SmartSink.Telemetry.MetricKind;

namespace SmartSink.Telemetry;

/// <summary>Every metric of the sink, once: instruments are made from these, and the documentation is tested against them.</summary>
internal static class MetricCatalog
{
    /// <summary>The meter that all instruments belong to.</summary>
    public const string MeterName = "SmartSink";

    /// <summary>Connections taken.</summary>
    public static readonly MetricDefinition Connections = new("smartsink.connections", Counter, null, "Connections accepted, by listener, those refused for a limit included.", "listener");

    /// <summary>Connections that are open.</summary>
    public static readonly MetricDefinition ConnectionsOpen = new("smartsink.connections.open", Gauge, null, "Connections that are open now, by listener.", "listener");

    /// <summary>Connections by the reason of their end.</summary>
    public static readonly MetricDefinition ConnectionsClosed = new("smartsink.connections.closed", Counter, null, "Connections that ended, by listener and reason.", "listener", "reason");

    /// <summary>accept(2) that failed.</summary>
    public static readonly MetricDefinition AcceptErrors = new("smartsink.accept_errors", Counter, null, "Connections that could not be accepted, by listener and the socket's error.", "listener", "error");

    /// <summary>Work of the polling threads.</summary>
    public static readonly MetricDefinition PollingTurns = new("smartsink.polling.turns", Counter, null, "Turns of connections and listeners on the polling threads: a few for each message, none while nothing happens.");

    /// <summary>Recipients by outcome.</summary>
    public static readonly MetricDefinition Recipients = new("smartsink.recipients", Counter, null, "Recipients by outcome, stage of the deciding reply, and configured domain or pattern (the rest is other).", "outcome", "stage", "domain");

    /// <summary>Recipients without an outcome.</summary>
    public static readonly MetricDefinition RecipientsAbandoned = new("smartsink.recipients.abandoned", Counter, null, "Recipients accepted at RCPT whose transaction was given up before its end of data.");

    /// <summary>Replies by code.</summary>
    public static readonly MetricDefinition Replies = new("smartsink.replies", Counter, null, "Replies sent, by code.", "code");

    /// <summary>Messages by outcome.</summary>
    public static readonly MetricDefinition Messages = new("smartsink.messages", Counter, null, "Transactions by how they ended: by the reply at end of data, or abandoned before it.", "outcome");

    /// <summary>Octets from clients.</summary>
    public static readonly MetricDefinition Received = new("smartsink.received", Counter, "By", "Octets received from clients, by listener, after decryption.", "listener");

    /// <summary>Octets to clients.</summary>
    public static readonly MetricDefinition Sent = new("smartsink.sent", Counter, "By", "Octets sent to clients, by listener, before encryption.", "listener");

    /// <summary>Octets of messages.</summary>
    public static readonly MetricDefinition MessageBytes = new("smartsink.message", Counter, "By", "Octets of messages whose end of data was reached, dots unstuffed.");

    /// <summary>TLS handshakes.</summary>
    public static readonly MetricDefinition TlsHandshakes = new("smartsink.tls.handshakes", Counter, null, "TLS handshakes by listener, version agreed on and result.", "listener", "version", "result");

    /// <summary>Attempts to authenticate.</summary>
    public static readonly MetricDefinition Authentications = new("smartsink.authentications", Counter, null, "Attempts to authenticate, by mechanism and result.", "mechanism", "result");

    /// <summary>Reloads of the users.</summary>
    public static readonly MetricDefinition AuthUserReloads = new("smartsink.auth_user_reloads", Counter, null, "Changes of the file of SINK_AUTH_USERS, by what became of them.", "result");

    /// <summary>Certificates of clients.</summary>
    public static readonly MetricDefinition TlsClientCertificates = new("smartsink.tls.client_certificates", Counter, null, "Handshakes in which the client was asked for a certificate, by listener and the subject that it showed: none for none, other beyond the first 32.", "listener", "subject");

    /// <summary>Faults on purpose.</summary>
    public static readonly MetricDefinition TlsFaults = new("smartsink.tls.faults", Counter, null, "Faults of SINK_TLS_FAULTS that clients met, by listener and fault.", "listener", "fault");

    /// <summary>Reloads of the certificates.</summary>
    public static readonly MetricDefinition TlsCertificateReloads = new("smartsink.tls.certificate_reloads", Counter, null, "Changes of the certificates' files, by what became of them.", "result");

    /// <summary>Time of transactions.</summary>
    public static readonly MetricDefinition TransactionTime = new("smartsink.transaction", Histogram, "s", "From MAIL to the reply at end of data.");

    /// <summary>Time of data.</summary>
    public static readonly MetricDefinition DataTime = new("smartsink.data", Histogram, "s", "From the 354 to the reply at end of data.");

    /// <summary>Reloads of the policy.</summary>
    public static readonly MetricDefinition PolicyReloads = new("smartsink.policy.reloads", Counter, null, "Changes of the policy's files, by what became of them.", "result");

    /// <summary>The policy in force.</summary>
    public static readonly MetricDefinition PolicyInfo = new("smartsink.policy.info", Info, null, "The policy in force.", "hash");

    /// <summary>When the policy was put in force.</summary>
    public static readonly MetricDefinition PolicyLastApplied = new("smartsink.policy.last_applied_timestamp", Gauge, "s", "When the policy in force was put in force, in Unix time.");

    /// <summary>The policy's size.</summary>
    public static readonly MetricDefinition PolicyEntries = new("smartsink.policy.entries", Gauge, null, "Domains and patterns of the policy in force, other included.");

    /// <summary>Lost log events.</summary>
    public static readonly MetricDefinition LogEventsDropped = new("smartsink.log_events_dropped", Counter, null, "Log events dropped because the log's reader was too slow.");

    /// <summary>The program.</summary>
    public static readonly MetricDefinition BuildInfo = new("smartsink.build.info", Info, null, "The program's version.", "version");

    /// <summary>Processor time.</summary>
    public static readonly MetricDefinition ProcessCpu = new("process.cpu", Counter, "s", "User and system processor time.");

    /// <summary>Resident memory.</summary>
    public static readonly MetricDefinition ProcessResidentMemory = new("process.resident_memory", Gauge, "By", "Resident memory.");

    /// <summary>Start of the process.</summary>
    public static readonly MetricDefinition ProcessStartTime = new("process.start_time", Gauge, "s", "When the process started, in Unix time.");

    /// <summary>File descriptors.</summary>
    public static readonly MetricDefinition ProcessOpenFds = new("process.open_fds", Gauge, null, "Open file descriptors.");

    /// <summary>Collections of garbage.</summary>
    public static readonly MetricDefinition GcCollections = new("dotnet.gc.collections", Counter, null, "Garbage collections by generation.", "generation");

    /// <summary>Pauses of the collector.</summary>
    public static readonly MetricDefinition GcPause = new("dotnet.gc.pause", Counter, "s", "Time in which the garbage collector held all threads.");

    /// <summary>Memory taken from the heap.</summary>
    public static readonly MetricDefinition GcAllocated = new("dotnet.gc.allocated", Counter, "By", "Memory allocated on the managed heap since the start.");

    /// <summary>The heap.</summary>
    public static readonly MetricDefinition GcHeap = new("dotnet.gc.heap", Gauge, "By", "Size of the managed heap.");

    /// <summary>Worker threads.</summary>
    public static readonly MetricDefinition ThreadPoolThreads = new("dotnet.thread_pool.threads", Gauge, null, "Threads of the thread pool.");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MetricDefinition> All { get; } =
    [
        Connections, ConnectionsOpen, ConnectionsClosed, AcceptErrors, PollingTurns,
        Recipients, RecipientsAbandoned, Replies, Messages,
        Received, Sent, MessageBytes, TlsHandshakes, Authentications, AuthUserReloads, TlsClientCertificates, TlsFaults, TlsCertificateReloads, TransactionTime, DataTime,
        PolicyReloads, PolicyInfo, PolicyLastApplied, PolicyEntries, LogEventsDropped, BuildInfo,
        ProcessCpu, ProcessResidentMemory, ProcessStartTime, ProcessOpenFds,
        GcCollections, GcPause, GcAllocated, GcHeap, ThreadPoolThreads,
    ];
}
