namespace SmartSink.EndToEnd.Tests.Mta;

/// <summary>Five domains that Postfix sends to, what DNS says of them, and how the sink answers for them.</summary>
internal static class Providers
{
    /// <summary>The one whose records come over TCP only.</summary>
    public const string OverTcp = "yahoo.example";

    /// <summary>No reply here closes the connection: after a 421 Postfix would rightly give up on recipients without asking.</summary>
    public const string Refusing = """
        seed = 11

        [domain."gmail.example"]
        bounce = 20
        defer = 25

        [domain."yahoo.example"]
        bounce = 10
        defer = 30

        [domain."outlook.example"]
        defer = 40

        [domain."icloud.example"]
        defer = 15

        [domain."corp.example"]

        """ + ServersAndReplies;

    public const string Accepting = """
        [domain."gmail.example"]
        [domain."yahoo.example"]
        [domain."outlook.example"]
        [domain."icloud.example"]
        [domain."corp.example"]

        """ + ServersAndReplies;

    /// <summary>gmail.example refuses every connection.</summary>
    public const string RefusingConnections = """
        [domain."gmail.example"]
        defer = 100
        [[mx]]
        networks = ["198.51.100.0/24", "2001:db8:a::/48"]
        hostname = "mx1.gmail.example"
        domains = ["gmail.example"]
        [[defer."gmail.example"]]
        code = 421
        msg = "4.7.0 {hostname} has too many connections from {client_ip}"
        label = "rate_limit"
        stage = "connect"

        """;

    private const string ServersAndReplies = """
        [[mx]]
        networks = ["198.51.100.0/24", "2001:db8:a::/48"]
        hostname = "mx1.gmail.example"
        domains = ["gmail.example"]

        [[mx]]
        networks = ["192.0.2.32/27"]
        hostname = "mx.icloud.example"
        domains = ["icloud.example"]

        [[bounce."gmail.example"]]
        code = 550
        msg = "5.1.1 The email account that you tried to reach does not exist. {id} - gsmtp"

        [[bounce."gmail.example"]]
        code = 552
        msg = "5.2.2 The recipient's inbox is out of storage space.\nPlease direct the recipient to free some. {id} - gsmtp"

        [[defer."gmail.example"]]
        code = 450
        msg = "4.2.1 The user you are trying to contact is receiving mail too quickly, says {hostname}. {id} - gsmtp"
        label = "rate_limit"

        [[bounce."yahoo.example"]]
        code = 554
        msg = "5.4.4 This user doesn't have an account ({recipient})"
        label = "unknown_user"
        stage = "data"

        [[defer."yahoo.example"]]
        code = 451
        msg = "4.3.2 Temporarily deferred"
        stage = "data"

        [[defer."outlook.example"]]
        code = 451
        msg = "4.7.500 Server busy. Please try again later from [{client_ip}]."

        [[defer."icloud.example"]]
        code = 452
        msg = "4.7.1 {hostname} takes no more mail for now. {id}"
        label = "rate_limit"
        stage = "mail"

        """;

    public static IReadOnlyList<string> Domains { get; } = ["gmail.example", "yahoo.example", "outlook.example", "icloud.example", "corp.example"];

    /// <summary>Two families, IPv4 alone, IPv6 alone, and a domain without MX (RFC 5321 section 5.1: its own address then).</summary>
    public static DnsZone Zone { get; } = new DnsZone()
        .Mx("gmail.example", 5, "mx1.gmail.example").Host("mx1.gmail.example", "198.51.100.10", "2001:db8:a::10")
        .Mx("yahoo.example", 1, "mta5.yahoo.example").Host("mta5.yahoo.example", "203.0.113.20")
        .Mx("outlook.example", 10, "outlook-example.mail.protection.example").Host("outlook-example.mail.protection.example", "2001:db8:b::30")
        .Mx("icloud.example", 10, "mx.icloud.example").Host("mx.icloud.example", "192.0.2.40")
        .Host("corp.example", "192.0.2.70");
}
