namespace SmartSink.EndToEnd.Tests.ReportCard;

/// <summary>
/// The providers' mail servers, each at an address of its own as on the internet, so that an MTA has a queue for each. On the MTA's host all of them
/// are the sink's, which the kernel tells whom a connection was meant for.
/// </summary>
internal static class MailServers
{
    private const string Elsewhere = "127.0.0.10";

    private static readonly (string Domain, string Address)[] Hosts =
    [
        ("gmail.com", "127.0.0.11"),
        ("yahoo.com", "127.0.0.12"),
        ("outlook.com", "127.0.0.13"),
        ("hotmail.com", "127.0.0.14"),
        ("aol.com", "127.0.0.15"),
    ];

    /// <summary>Turns connections to them round to the sink, on an MTA's host.</summary>
    public const string Divert = "iptables -w -t nat -A OUTPUT -p tcp -d 127.0.0.0/24 --dport 25 -j DNAT --to-destination 127.0.0.1:2525";

    /// <summary>Whom mail is sent to.</summary>
    public static IReadOnlyList<string> Domains { get; } = [.. Hosts.Select(host => host.Domain)];

    /// <summary>The sink's policy: all providers as the catalogue has them, all of them well.</summary>
    public static string Policy { get; } = "include = [\"builtin:providers\"]\n" + string.Concat(Hosts.Select(host => $"""

        [[mx]]
        networks = ["{host.Address}/32"]
        hostname = "mx.{host.Domain}"
        domains = ["{host.Domain}"]

        """));

    public static string ForPostfix { get; } = $$"""
        disable_dns_lookups = yes
        smtp_tls_security_level = may
        smtp_tls_connection_reuse = no
        relayhost = [{{Elsewhere}}]
        transport_maps = inline:{ {{string.Join(", ", Hosts.Select(host => $"{{ {host.Domain} = smtp:[{host.Address}] }}"))}} }
        """;

    public static string ForExim { get; } = $"""
        providers:
          driver = manualroute
          route_list = {string.Join(" ; ", Hosts.Select(host => $"{host.Domain} {host.Address}"))} ; * {Elsewhere}
          self = send
          transport = out
        begin transports
        out:
          driver = smtp
          allow_localhost
        """;

    public static string ForOpenSmtpd { get; } = string.Join('\n', [
        .. Hosts.Select(host => $"action \"{host.Domain}\" relay host smtp://{host.Address}"),
        $"action \"elsewhere\" relay host smtp://{Elsewhere}",
        .. Hosts.Select(host => $"match from any for domain \"{host.Domain}\" action \"{host.Domain}\""),
        "match from any for any action \"elsewhere\"\n",
    ]);
}
