using System.Net;

namespace SmartSink.TrafficGen.Options;

/// <summary>What a run is asked to do: every flag of the command line, read and checked, with its default.</summary>
internal sealed record TrafficOptions
{
    /// <summary>The most recipients of a message: a hundred times what RFC 5321 section 4.5.3.1.8 has every server take.</summary>
    public const int MostRecipients = 10_000;

    /// <summary>The longest run id that leaves a sender's local part room for the rest.</summary>
    public const int LongestVerpRun = 40;

    /// <summary>--target: where the mail goes by SMTP.</summary>
    public DnsEndPoint Target { get; init; } = new("127.0.0.1", 2525);

    /// <summary>--http: KumoMTA's HTTP address, for messages to be injected there instead; null for SMTP.</summary>
    public Uri? Http { get; init; }

    /// <summary>--http-defer-spool: KumoMTA is to keep messages in memory until their first temporary failure.</summary>
    public bool HttpDeferSpool { get; init; }

    /// <summary>--http-defer-generation: KumoMTA is to answer before it has made the messages.</summary>
    public bool HttpDeferGeneration { get; init; }

    /// <summary>--concurrency: connections, or requests, at once; at least 1.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount * 10;

    /// <summary>--duration: no message is begun after it; null when only <see cref="MessageCount"/> ends the run.</summary>
    public TimeSpan? Duration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>--message-count: how many messages are sent, whatever becomes of them; null for as many as <see cref="Duration"/> lets.</summary>
    public long? MessageCount { get; init; }

    public TlsMode Tls { get; init; }

    /// <summary>--body-size: octets of text in a message, its header not counted; used when there is neither a file nor a distribution.</summary>
    public int BodySize { get; init; } = 1024;

    /// <summary>--size-distribution: sizes drawn for each message instead of <see cref="BodySize"/>.</summary>
    public SizeDistribution? Sizes { get; init; }

    /// <summary>--body-file: a whole message, header and all, sent unchanged but for its line ends.</summary>
    public string? BodyFile { get; init; }

    /// <summary>--replay: an mbox file, or a folder with a message a file; sent in turn with their own headers.</summary>
    public string? Replay { get; init; }

    /// <summary>--domain, in the order given: the recipients' domains before the suffix. Their indexes are those of the observer's calls.</summary>
    public IReadOnlyList<WeightedDomain> Domains { get; init; } =
        [new("aol.com", 1), new("gmail.com", 1), new("hotmail.com", 1), new("yahoo.com", 1)];

    /// <summary>--domain-suffix: put after sender's, recipients' and EHLO domains, with a dot; null or empty for none.</summary>
    public string? DomainSuffix { get; init; }

    /// <summary>--recipients: a file with an address a line; null for drawn recipients.</summary>
    public string? RecipientsFile { get; init; }

    /// <summary>What stands in <see cref="RecipientsFile"/>, taken in turn; <see cref="Domains"/> are then its domains. Empty without one.</summary>
    public IReadOnlyList<ListedRecipient> Recipients { get; init; } = [];

    /// <summary>--recipients-per-message or --http-batch-size: 1 to <see cref="MostRecipients"/>.</summary>
    public int RecipientsPerMessage { get; init; } = 1;

    /// <summary>--messages-per-connection: QUIT after so many; null for no limit.</summary>
    public int? MessagesPerConnection { get; init; }

    /// <summary>--sender-domain: the domain of MAIL, before the suffix; null for one of <see cref="Domains"/>.</summary>
    public string? SenderDomain { get; init; }

    /// <summary>--helo: the whole name said with EHLO; null for the sender's domain.</summary>
    public string? Helo { get; init; }

    /// <summary>--source-ip: local addresses, taken in turn by the connections; empty for the system's choice.</summary>
    public IReadOnlyList<IPAddress> SourceAddresses { get; init; } = [];

    /// <summary>--proxy-protocol: what each connection begins with, before TLS.</summary>
    public ProxyProtocol ProxyProtocol { get; init; }

    /// <summary>--auth USER:PASSWORD: AUTH, or HTTP's Basic scheme.</summary>
    public NetworkCredential? Credential { get; init; }

    /// <summary>--throttle: the rate is not exceeded; a closed loop.</summary>
    public Throttle? Throttle { get; init; }

    /// <summary>--rate-profile: messages are due by the clock, an open loop; latency counts from the time a message was due. Empty for none.</summary>
    public IReadOnlyList<RateStage> RateProfile { get; init; } = [];

    /// <summary>--header: header fields added to generated messages, each <c>Name: value</c> without a line end.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>--keep-going: a message that fails does not end the run, and one that met a lost connection or a 421 is tried again.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>--behave: how replies are obeyed and what is tried again; with an answer <see cref="KeepGoing"/> is true.</summary>
    public Manners Behave { get; init; }

    /// <summary>--time-scale: how many times as fast as ours the provider's time passes, above 0; all waits of <see cref="Behave"/> are divided by it.</summary>
    public double TimeScale { get; init; } = 1;

    /// <summary>--domain-connections: the most connections for one domain at once; at least 1.</summary>
    public int DomainConnections { get; init; } = 5;

    /// <summary>--seed: what is drawn depends on this and a message's number alone.</summary>
    public ulong Seed { get; init; }

    /// <summary>--pipelining: commands of a transaction together, if the server offers it.</summary>
    public bool Pipelining { get; init; }

    /// <summary>--chunking: BDAT instead of DATA (RFC 3030); the run fails where it is not offered.</summary>
    public bool Chunking { get; init; }

    /// <summary>--smtputf8: local parts beyond ASCII (RFC 6531); the run fails where it is not offered.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>--tempfail-percent: the share of recipients whose local part asks the sink for a 4xx, 0 to 100.</summary>
    public double TempFailPercent { get; init; }

    /// <summary>--permfail-percent: the share of recipients whose local part asks the sink for a 5xx, 0 to 100; with the other at most 100.</summary>
    public double PermFailPercent { get; init; }

    /// <summary>--run-id: stands in every message's X-SmartSink-Run header; 1 to 64 letters, digits, dots, hyphens.</summary>
    public string RunId { get; init; } = Guid.NewGuid().ToString("N")[..12];

    /// <summary>--verp or --no-verp: whether senders carry the run and the message's number; null for yes with --verify and --behave, if the run id lets.</summary>
    public bool? Verp { get; init; }

    /// <summary>--report: the JSON file; null for none.</summary>
    public string? ReportFile { get; init; }

    /// <summary>--fail-if: the run fails when one of these holds; empty for none.</summary>
    public IReadOnlyList<FailCondition> FailIf { get; init; } = [];

    /// <summary>--verify: the HTTP address of each sink whose counts are summed; empty for no comparison.</summary>
    public IReadOnlyList<Uri> Verify { get; init; } = [];

    /// <summary>--verify-relayed: the target is an MTA that hands on to the sink.</summary>
    public bool VerifyRelayed { get; init; }

    /// <summary>--verify-wait: how long both sides may take to agree after the run.</summary>
    public TimeSpan VerifyWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What counts as late when --late says nothing.</summary>
    public static readonly TimeSpan LateUnlessGiven = TimeSpan.FromMinutes(5);

    /// <summary>--late: the run fails when a message came to the sink later than this after it was sent; null for never.</summary>
    public TimeSpan? Late { get; init; }

    public bool KnowsWhereItGoes { get; init; }

    /// <summary><see cref="DomainSuffix"/> as it stands behind a domain; empty for none.</summary>
    public string SuffixWithDot => string.IsNullOrEmpty(DomainSuffix) ? string.Empty : "." + DomainSuffix.TrimStart('.');

    /// <summary>Whether mail may go to another machine: somebody said so, or it is for a domain of the sink's.</summary>
    public bool MayLeaveThisMachine => KnowsWhereItGoes || !string.IsNullOrEmpty(DomainSuffix);

    /// <summary>Whether senders read <c>noreply+RUN/NUMBER@domain</c>, so that what comes back names its message.</summary>
    public bool UsesVerp => Verp ?? (CanUseVerp && (Verify.Count > 0 || Behave != Manners.Any));

    /// <summary>Whether a sink can tell the number of each message: by its sender, or by the header of one that is made here.</summary>
    public bool HasNumbers => UsesVerp || (BodyFile is null && Replay is null);

    /// <summary>Whether the run id can stand in a local part: 64 octets have to do for it, its prefix and its number (RFC 5321 section 4.5.3.1.1).</summary>
    public bool CanUseVerp => RunId.Length <= LongestVerpRun && !RunId.Contains("..", StringComparison.Ordinal);

    /// <summary>Where the mail goes, for people; no password in it.</summary>
    public string Destination => Http is null ? $"{Target.Host}:{Target.Port}" : Http.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);

    /// <summary>Whether messages go by DATA, with their dots stuffed and an end of data; otherwise their octets go as they are.</summary>
    public bool UsesData => Http is null && !Chunking;
}

/// <summary>How a run treats the server.</summary>
internal enum Manners
{
    /// <summary>As a load generator does: messages go as fast as they can, and only what was lost is tried again.</summary>
    Any,

    /// <summary>As a mail server does that providers like.</summary>
    Well,

    /// <summary>As one does that they block.</summary>
    Badly,
}

/// <summary>Whether and how a connection is encrypted. The server's certificate is not checked.</summary>
internal enum TlsMode
{
    None,

    /// <summary>By STARTTLS (RFC 3207); a server that does not offer it fails the connection.</summary>
    StartTls,

    /// <summary>From the first octet on (RFC 8314 section 3.3).</summary>
    Implicit,
}

/// <summary>The header that says before all else whose connection it is, as a proxy would (HAProxy's PROXY protocol).</summary>
internal enum ProxyProtocol
{
    None,

    /// <summary>Version 1: a line of text.</summary>
    V1,

    /// <summary>Version 2: binary.</summary>
    V2,
}

/// <summary>A domain and its share among the recipients.</summary>
/// <param name="Name">Without the suffix, in lower case.</param>
/// <param name="Weight">0 or more; not all of a list are 0.</param>
internal readonly record struct WeightedDomain(string Name, double Weight);

/// <summary>A recipient of a file.</summary>
/// <param name="LocalPart">As it is written there.</param>
/// <param name="Written">The domain as it goes to the wire, before the suffix: as it is written there if that is ASCII, else with A-labels.</param>
/// <param name="Domain">The domain as <see cref="TrafficOptions.Domains"/> names it.</param>
internal readonly record struct ListedRecipient(string LocalPart, string Written, string Domain);

/// <summary>How the sizes of messages spread: a list of sizes by weight, or lognormal around a median.</summary>
internal sealed record SizeDistribution
{
    /// <summary>The sizes to draw from; empty for the lognormal distribution.</summary>
    public IReadOnlyList<WeightedSize> Sizes { get; init; } = [];

    /// <summary>The lognormal distribution's median in octets, at least 1.</summary>
    public int Median { get; init; }

    /// <summary>The standard deviation of the logarithm, above 0.</summary>
    public double Sigma { get; init; }
}

/// <summary>A size of text and its share among the messages.</summary>
/// <param name="Bytes">0 or more.</param>
/// <param name="Weight">0 or more; not all of a list are 0.</param>
internal readonly record struct WeightedSize(int Bytes, double Weight);

/// <summary>A rate that is not exceeded.</summary>
/// <param name="Limit">Messages in a period, at least 1.</param>
/// <param name="Period">The period, above zero.</param>
/// <param name="MaxBurst">How many may go at once after a pause, at least 1.</param>
internal sealed record Throttle(long Limit, TimeSpan Period, long MaxBurst);

/// <summary>A part of a rate profile, during which the rate goes evenly from one value to another.</summary>
/// <param name="From">Messages per second at its beginning, 0 or more.</param>
/// <param name="To">Messages per second at its end, 0 or more.</param>
/// <param name="Duration">How long it lasts, above zero.</param>
internal readonly record struct RateStage(double From, double To, TimeSpan Duration);

/// <summary>The run cannot be made as it was asked: a file cannot be read, for example. The message is one line for the user.</summary>
internal sealed class TrafficException(string message, Exception? inner = null) : Exception(message, inner);
