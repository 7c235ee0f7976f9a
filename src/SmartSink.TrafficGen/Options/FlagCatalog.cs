using System.Net;

namespace SmartSink.TrafficGen.Options;

/// <summary>Every flag of the command line: where a run goes, to whom, with what messages, over what sessions, and what is made of its figures.</summary>
internal static class FlagCatalog
{
    /// <summary>Several times what one address has ports for; each takes some kilobytes before anything is sent.</summary>
    private const int MostConnections = 250_000;

    public static IReadOnlyList<Flag> Create(KnownFigures figures)
    {
        var defaults = new TrafficOptions();
        return
        [
            new ValueFlag<DnsEndPoint>(
                FlagNames.Target, "HOST:PORT", AddressText.ExpectedEndPoint, AddressText.TryParseEndPoint,
                (options, target) => options with { Target = target },
                $"The SMTP server to send to [default: {defaults.Target.Host}:{defaults.Target.Port}]"),
            new SwitchFlag(
                FlagNames.KnowsWhereItGoes,
                options => options with { KnowsWhereItGoes = true },
                "Required if the target is not this machine and there is no --domain-suffix: mail to real domains then leaves this machine, and an MTA "
                    + "other than the one under test, or one relay rule too many, would deliver it to people who never asked for it"),
            new ValueFlag<int>(
                FlagNames.Concurrency, "N", PlainText.ExpectedCountTo(MostConnections), PlainText.CountTo(MostConnections),
                (options, count) => options with { Concurrency = count },
                $"Concurrent connections, or requests with --http [default: ten per processor, here {defaults.Concurrency}]"),
            new ValueFlag<TimeSpan>(
                FlagNames.Duration, "TIME", PlainText.ExpectedTime, PlainText.TryParseTime,
                (options, time) => options with { Duration = time },
                "Begin no message after this time: seconds, or 90s, 10m, 2h [default: 60s, or none with --message-count, or the length of --rate-profile]"),
            new ValueFlag<long>(
                FlagNames.MessageCount, "N", PlainText.ExpectedCount, PlainText.TryParseCount,
                (options, count) => options with { MessageCount = count },
                "Send this many messages, whether they succeed or not [default: no limit]"),
            new ValueFlag<Throttle>(
                FlagNames.Throttle, "RATE", ThrottleText.Expected, ThrottleText.TryParse,
                (options, throttle) => options with { Throttle = throttle },
                "Never send faster: 1000/s, 1,000/hr, 10/5s (ten in five seconds), 100/s,max_burst=1; without max_burst the whole amount may go out at once"),
            new ValueFlag<IReadOnlyList<RateStage>>(
                FlagNames.RateProfile, "LIST", RateProfileText.Expected, RateProfileText.TryParse,
                (options, stages) => options with { RateProfile = stages },
                "Send at scheduled rates: 0..5000/s:2m,5000/s:10m ramps up to 5,000 per second over two minutes and stays there for ten. "
                    + "Latency counts from the time a message was due, so that waiting is not hidden"),
            new SwitchFlag(
                FlagNames.KeepGoing,
                options => options with { KeepGoing = true },
                "Do not end the run when a message fails, and retry after a lost connection, a 421 or an HTTP error, for those recipients "
                    + "that have no answer yet; a feature that the server does not offer, or refuses permanently, still ends the run"),
            new ValueFlag<Manners>(
                FlagNames.Behave, "well|badly", "well or badly", PlainText.OneOf(("well", Manners.Well), ("badly", Manners.Badly)),
                (options, manners) => options with { Behave = manners, KeepGoing = true },
                "Act as a mail server with a queue. well: a queue and few connections for each domain, retries after 5 min or more, slower after throttling, a pause after 421, "
                    + "TLS if offered. badly: retries everything at once, 5xx too, sends no QUIT, sends duplicates and violates the protocol"),
            new ValueFlag<double>(
                FlagNames.TimeScale, "N", PlainText.ExpectedTimeScale, PlainText.TryParseTimeScale,
                (options, scale) => options with { TimeScale = scale },
                "Divide the waits of --behave by this, as time_scale in the sink's policy divides its own [default: 1]", FlagNames.Behave),
            new ValueFlag<int>(
                FlagNames.DomainConnections, "N", PlainText.ExpectedCount, PlainText.TryParseCount,
                (options, count) => options with { DomainConnections = count },
                $"Connections per domain with --behave well, but never more than its share of --concurrency [default: {defaults.DomainConnections}]", FlagNames.Behave),
            new ListFlag<WeightedDomain>(
                FlagNames.Domain, "NAME[:WEIGHT]", DomainText.ExpectedWeighted, DomainText.TryParseWeighted,
                (options, domains) => options with { Domains = DomainText.Merge(domains) },
                "Draw recipients from this domain, by weight (1 unless given); repeatable "
                    + $"[default: {string.Join(", ", defaults.Domains.Select(domain => domain.Name))}]"),
            new ValueFlag<string>(
                FlagNames.DomainSuffix, "DOMAIN", DomainText.Expected, DomainText.TryParse,
                (options, suffix) => options with { DomainSuffix = suffix },
                "Append this to the domains of senders, recipients and EHLO: aol.com becomes aol.com.DOMAIN. Use a domain whose mail "
                    + "can only reach the sink; the key of the same name in the sink's policy strips it again"),
            new ValueFlag<string>(
                FlagNames.Recipients, "FILE", PlainText.ExpectedPath, PlainText.TryParsePath,
                (options, file) => options with { RecipientsFile = file },
                "Take recipients in turn from a file with one address per line, instead of drawing them"),
            new ValueFlag<string>(
                FlagNames.SenderDomain, "DOMAIN", DomainText.Expected, DomainText.TryParse,
                (options, domain) => options with { SenderDomain = domain },
                "The sender's domain, before the suffix [default: one of the recipients']"),
            new ValueFlag<double>(
                FlagNames.TempFailPercent, "PERCENT", PlainText.ExpectedPercent, PlainText.TryParsePercent,
                (options, percent) => options with { TempFailPercent = percent },
                "Percentage of recipients whose local part asks the sink for a 4xx, 0 to 100 [default: 0]"),
            new ValueFlag<double>(
                FlagNames.PermFailPercent, "PERCENT", PlainText.ExpectedPercent, PlainText.TryParsePercent,
                (options, percent) => options with { PermFailPercent = percent },
                "Percentage of recipients whose local part asks the sink for a 5xx, 0 to 100 [default: 0]"),
            new ValueFlag<int>(
                FlagNames.BodySize, "SIZE", PlainText.ExpectedSize, PlainText.TryParseSize,
                (options, size) => options with { BodySize = size },
                $"Bytes of text in a message, not counting the header: 100kb is 100,000, 1MiB is 1,048,576; 1 becomes 2, because a line ends with CRLF [default: {defaults.BodySize}]"),
            new ValueFlag<SizeDistribution>(
                FlagNames.SizeDistribution, "LIST", SizeDistributionText.Expected, SizeDistributionText.TryParse,
                (options, sizes) => options with { Sizes = sizes },
                "Draw each message's size: 2kb:60,20kb:30,1mb:10 by weight, or lognormal:20kb:1.2 by median and sigma"),
            new ValueFlag<string>(
                FlagNames.BodyFile, "FILE", PlainText.ExpectedPath, PlainText.TryParsePath,
                (options, file) => options with { BodyFile = file },
                "Send this file as every message, header included; only its line endings become CRLF"),
            new ValueFlag<string>(
                FlagNames.Replay, "FILE.mbox|DIR", PlainText.ExpectedPath, PlainText.TryParsePath,
                (options, source) => options with { Replay = source },
                "Send the messages of an mbox file, or of a directory with one message or mbox per file, in turn and with their own headers"),
            new ListFlag<string>(
                FlagNames.Header, "\"K: V\"", HeaderText.Expected, HeaderText.TryParse,
                (options, fields) => options with { Headers = fields },
                "Add a header field to each message, replacing the generated one of that name; repeatable"),
            new ValueFlag<ulong>(
                FlagNames.Seed, "N", PlainText.ExpectedSeed, PlainText.TryParseSeed,
                (options, seed) => options with { Seed = seed },
                "Recipients, sizes and texts depend only on this and on the message's number, so that a run can be repeated [default: 0]"),
            new ValueFlag<string>(
                FlagNames.RunId, "ID", PlainText.ExpectedRunId, PlainText.TryParseRunId,
                (options, id) => options with { RunId = id },
                "Identifies the run in each message's X-SmartSink-Run header: 1 to 64 letters, digits, dots, hyphens [default: random]"),
            new SwitchFlag(
                FlagNames.Verp,
                options => options with { Verp = true },
                "Send from noreply+RUN/NUMBER@DOMAIN, so that every refusal and bounce identifies its message [default: with --verify and --behave, if the run id is short enough]"),
            new SwitchFlag(
                FlagNames.NoVerp,
                options => options with { Verp = false },
                "Send all messages from noreply@DOMAIN"),
            new SwitchFlag(
                FlagNames.StartTls,
                options => options with { Tls = TlsMode.StartTls },
                "Encrypt with STARTTLS; the connection fails if it is not offered. The certificate is not verified"),
            new SwitchFlag(
                FlagNames.Tls,
                options => options with { Tls = TlsMode.Implicit },
                "Encrypt from the first byte. The certificate is not verified"),
            new ValueFlag<NetworkCredential>(
                FlagNames.Auth, "USER:PASSWORD", PlainText.ExpectedCredential, PlainText.TryParseCredential,
                (options, credential) => options with { Credential = credential },
                "Log in: with AUTH PLAIN, or AUTH LOGIN if only that is offered; with --http by Basic authentication"),
            new ValueFlag<string>(
                FlagNames.Helo, "NAME", PlainText.ExpectedHelo, PlainText.TryParseHelo,
                (options, name) => options with { Helo = name },
                "The name to give with EHLO [default: the sender's domain]"),
            new ListFlag<IPAddress>(
                FlagNames.SourceIp, "IP", "an IP address", PlainText.TryParseAddress,
                (options, addresses) => options with { SourceAddresses = addresses },
                "Connect from this local address; repeatable, connections take them in turn"),
            new ValueFlag<ProxyProtocol>(
                FlagNames.ProxyProtocol, "v1|v2", "v1 or v2", PlainText.OneOf(("v1", ProxyProtocol.V1), ("v2", ProxyProtocol.V2)),
                (options, protocol) => options with { ProxyProtocol = protocol },
                "Begin each connection with a PROXY protocol header (HAProxy) that contains its own two addresses"),
            new ValueFlag<int>(
                FlagNames.MessagesPerConnection, "N", PlainText.ExpectedCount, PlainText.TryParseCount,
                (options, count) => options with { MessagesPerConnection = count },
                "Send QUIT and reconnect after this many messages, at least 1 [default: no limit]"),
            new ValueFlag<int>(
                FlagNames.RecipientsPerMessage, "N", PlainText.ExpectedCountTo(TrafficOptions.MostRecipients), PlainText.CountTo(TrafficOptions.MostRecipients),
                (options, count) => options with { RecipientsPerMessage = count },
                "Recipients per message [default: 1]"),
            new SwitchFlag(
                FlagNames.Pipelining,
                options => options with { Pipelining = true },
                "Send the commands of a transaction together if the server offers it (RFC 2920)"),
            new SwitchFlag(
                FlagNames.Chunking,
                options => options with { Chunking = true },
                "Send messages with BDAT (RFC 3030); the connection fails if it is not offered"),
            new SwitchFlag(
                FlagNames.SmtpUtf8,
                options => options with { SmtpUtf8 = true },
                "Use non-ASCII local parts (RFC 6531); the connection fails if it is not offered"),
            new ValueFlag<Uri>(
                FlagNames.Http, "URL", AddressText.ExpectedHttp, AddressText.TryParseHttp,
                (options, address) => options with { Http = address },
                "Inject messages through KumoMTA's HTTP API instead of SMTP: its URL, such as http://127.0.0.1:8000, to which /api/inject/v1 is appended. "
                    + "The certificate is not verified"),
            new ValueFlag<int>(
                FlagNames.HttpBatchSize, "N", PlainText.ExpectedCountTo(TrafficOptions.MostRecipients), PlainText.CountTo(TrafficOptions.MostRecipients),
                (options, count) => options with { RecipientsPerMessage = count },
                "Recipients per request; KumoMTA makes one message for each [default: 1]", FlagNames.Http),
            new SwitchFlag(
                FlagNames.HttpDeferSpool,
                options => options with { HttpDeferSpool = true },
                "Ask KumoMTA not to spool messages until their first temporary failure (deferred_spool)", FlagNames.Http),
            new SwitchFlag(
                FlagNames.HttpDeferGeneration,
                options => options with { HttpDeferGeneration = true },
                "Ask KumoMTA to answer before it generates the messages (deferred_generation); an answer that names no failed recipients then counts all as accepted", FlagNames.Http),
            new ValueFlag<string>(
                FlagNames.Report, "FILE.json", PlainText.ExpectedPath, PlainText.TryParsePath,
                (options, file) => options with { ReportFile = file },
                "Also write the report as JSON"),
            new FailIfFlag(figures),
            new ListFlag<Uri>(
                FlagNames.Verify, "URL", AddressText.ExpectedHttp, AddressText.TryParseHttp,
                (options, addresses) => options with { Verify = addresses },
                "The sink's HTTP address, such as http://localhost:8000: compare its counts, by domain, with the answers received here, and exit with 1 if they differ; repeatable for replicas, whose counts are summed"),
            new SwitchFlag(
                FlagNames.VerifyRelayed,
                options => options with { VerifyRelayed = true },
                "The target is an MTA that relays to the sink: every recipient that it accepted must have reached the sink, accepted or permanently refused; missing ones are reported", FlagNames.Verify),
            new ValueFlag<TimeSpan>(
                FlagNames.VerifyWait, "TIME", PlainText.ExpectedTime, PlainText.TryParseTime,
                (options, time) => options with { VerifyWait = time },
                "How long both sides may take to agree after the run: seconds, or 90s, 10m [default: 5s]", FlagNames.Verify),
            new ValueFlag<TimeSpan>(
                FlagNames.Late, "TIME", PlainText.ExpectedTime, PlainText.TryParseTime,
                (options, time) => options with { Late = time },
                "Fail the run if a message reached the sink later than this after it was first sent; needs the sink's ledger [default: never, and tell those later than 5m]", FlagNames.Verify),
        ];
    }
}
