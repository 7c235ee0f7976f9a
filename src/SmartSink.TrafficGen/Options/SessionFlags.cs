using System.Net;

namespace SmartSink.TrafficGen.Options;

internal static class SessionFlags
{
    public static IEnumerable<Flag> Create() =>
    [
        new SwitchFlag
        {
            Name = FlagNames.StartTls,
            Description = "Encrypt with STARTTLS; the connection fails if it is not offered. The certificate is not verified",
            Set = options => options with { Tls = TlsMode.StartTls },
        },
        new SwitchFlag
        {
            Name = FlagNames.Tls,
            Description = "Encrypt from the first byte. The certificate is not verified",
            Set = options => options with { Tls = TlsMode.Implicit },
        },
        new ValueFlag<NetworkCredential>
        {
            Name = FlagNames.Auth,
            Placeholder = "USER:PASSWORD",
            Description = "Log in: with AUTH PLAIN, or AUTH LOGIN if only that is offered; with --http by Basic authentication",
            Expected = PlainText.ExpectedCredential,
            Read = PlainText.TryParseCredential,
            Set = (options, credential) => options with { Credential = credential },
        },
        new ValueFlag<string>
        {
            Name = FlagNames.Helo,
            Placeholder = "NAME",
            Description = "The name to send with EHLO [default: the sender's domain]",
            Expected = PlainText.ExpectedHelo,
            Read = PlainText.TryParseHelo,
            Set = (options, name) => options with { Helo = name },
        },
        new ListFlag<IPAddress>
        {
            Name = FlagNames.SourceIp,
            Placeholder = "IP",
            Description = "Connect from this local address; repeatable, connections take them in turn",
            Expected = "an IP address",
            Read = PlainText.TryParseAddress,
            Set = (options, addresses) => options with { SourceAddresses = addresses },
        },
        new ValueFlag<ProxyProtocol>
        {
            Name = FlagNames.ProxyProtocol,
            Placeholder = "v1|v2",
            Description = "Begin each connection with a PROXY protocol header (HAProxy) that names its own two addresses",
            Expected = ProxyProtocolText.Expected,
            Read = ProxyProtocolText.TryParse,
            Set = (options, protocol) => options with { ProxyProtocol = protocol },
        },
        new ValueFlag<int>
        {
            Name = FlagNames.MessagesPerConnection,
            Placeholder = "N",
            Description = "Send QUIT and reconnect after this many messages, at least 1 [default: no limit]",
            Expected = PlainText.ExpectedCount,
            Read = PlainText.TryParseCount,
            Set = (options, count) => options with { MessagesPerConnection = count },
        },
        new ValueFlag<int>
        {
            Name = FlagNames.RecipientsPerMessage,
            Placeholder = "N",
            Description = "Recipients per message [default: 1]",
            Expected = PlainText.ExpectedCountTo(TrafficOptions.MostRecipients),
            Read = PlainText.CountTo(TrafficOptions.MostRecipients),
            Set = (options, count) => options with { RecipientsPerMessage = count },
        },
        new SwitchFlag
        {
            Name = FlagNames.Pipelining,
            Description = "Send the commands of a transaction together if the server offers it (RFC 2920)",
            Set = options => options with { Pipelining = true },
        },
        new SwitchFlag
        {
            Name = FlagNames.Chunking,
            Description = "Send messages with BDAT (RFC 3030); the connection fails if it is not offered",
            Set = options => options with { Chunking = true },
        },
        new SwitchFlag
        {
            Name = FlagNames.SmtpUtf8,
            Description = "Use non-ASCII local parts (RFC 6531); the connection fails if it is not offered",
            Set = options => options with { SmtpUtf8 = true },
        },
    ];
}

/// <summary>How messages are injected by HTTP.</summary>
internal static class InjectFlags
{
    public static IEnumerable<Flag> Create() =>
    [
        new ValueFlag<Uri>
        {
            Name = FlagNames.Http,
            Placeholder = "URL",
            Description = "Inject messages through KumoMTA's HTTP API instead of SMTP: its URL, such as http://127.0.0.1:8000, to which /api/inject/v1 is appended. "
                + "The certificate is not verified",
            Expected = AddressText.ExpectedHttp,
            Read = AddressText.TryParseHttp,
            Set = (options, address) => options with { Http = address },
        },
        new ValueFlag<int>
        {
            Name = FlagNames.HttpBatchSize,
            Placeholder = "N",
            Description = "Recipients per request; KumoMTA makes one message for each [default: 1]",
            Needs = FlagNames.Http,
            Expected = PlainText.ExpectedCountTo(TrafficOptions.MostRecipients),
            Read = PlainText.CountTo(TrafficOptions.MostRecipients),
            Set = (options, count) => options with { RecipientsPerMessage = count },
        },
        new SwitchFlag
        {
            Name = FlagNames.HttpDeferSpool,
            Description = "Ask KumoMTA not to spool messages until their first temporary failure (deferred_spool)",
            Needs = FlagNames.Http,
            Set = options => options with { HttpDeferSpool = true },
        },
        new SwitchFlag
        {
            Name = FlagNames.HttpDeferGeneration,
            Description = "Ask KumoMTA to answer before it generates the messages (deferred_generation); an answer that names no failed recipients then counts all as accepted",
            Needs = FlagNames.Http,
            Set = options => options with { HttpDeferGeneration = true },
        },
    ];
}
