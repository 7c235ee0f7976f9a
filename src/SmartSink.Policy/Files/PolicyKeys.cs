using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Files;

internal enum KeyType : byte
{
    Whole,
    Number,
    Text,
    Texts,
    Truth,

    /// <summary>True, false, or some of <see cref="PolicyKey.Values"/>.</summary>
    TruthOrTexts,

    /// <summary>Of <see cref="PolicyKey.Keys"/>.</summary>
    Table,

    /// <summary>5m.</summary>
    Time,

    /// <summary>Of a number or a text; more than 0, unless <see cref="PolicyKey.Minimum"/> is 0.</summary>
    Percent,

    /// <summary>100/min.</summary>
    Rate,

    Rates,

    /// <summary>5 throttled/min.</summary>
    Throttled,

    /// <summary>20ms, 5ms..30ms, lognormal(50ms, 0.5).</summary>
    Delay,

    /// <summary>A code and what stands behind it.</summary>
    Reply,

    /// <summary>Some of <see cref="BucketOwners"/>.</summary>
    Owners,

    /// <summary>Printable ASCII.</summary>
    Banner,

    /// <summary>Names and patterns of domains, or * for all.</summary>
    Domains,

    Network,

    /// <summary>+10m, 14:30, or RFC 3339.</summary>
    Moment,

    /// <summary>Codes, or replies as <see cref="Reply"/>; 250 is acceptance.</summary>
    Sequence,

    /// <summary>What <c>[domain."…"]</c> may say.</summary>
    DomainKeys,
}

internal sealed record PolicyKey(string Name, KeyType Type, string Description)
{
    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public int? MinimumLength { get; init; }

    public int? MaximumLength { get; init; }

    /// <summary>The only texts that it may be; empty for any.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Of a table.</summary>
    public IReadOnlyList<PolicyKey> Keys { get; init; } = [];

    public bool IsRequired { get; init; }

    /// <summary>The key that may stand in its place, if it is required; null for none.</summary>
    public string? Substitute { get; init; }
}

/// <summary>All keys that a policy may have, table by table: what the reader knows and suggests, and what policy/responses.schema.json is made of.</summary>
internal static class PolicyKeys
{
    public const int LongestBanner = 400;

    public const string Lying = "lying";

    public static readonly string[] TlsWords = ["required", "optional"];

    public static readonly string[] EhloWords = ["refuse", "accept"];

    public static readonly string[] Stages = ["connect", "ehlo", "mail", "rcpt", "data"];

    public static readonly string[] TriggerWords = ["tempfail", "permfail", "codes", "labels", "faults", "sequences"];

    public static readonly string[] OwnerWords = ["network", "sender_domain", "user"];

    /// <summary>What a throttle reply may be for, in the order of the limits.</summary>
    public static readonly string[] LimitWords = ["connections", "messages_per_connection", "recipients_per_message", "rate", "unknown", "block", "warmup"];

    /// <summary>In the order of the faults of an answer, without none; the last stands for three of them.</summary>
    public static readonly string[] FaultWords = ["drop", "reset", "hang", "stall", "slow-reply", AcceptThenDrop];

    public const string AcceptThenDrop = "accept-then-drop";

    /// <summary>When the connection ends after a message was taken, in the order of the faults.</summary>
    public static readonly string[] DropWords = ["before", "within", "after"];

    private static readonly string[] Modes = ["dice", SettingTable.Provider];

    /// <summary>How a domain behaves towards senders: kept, merged and inherited key by key.</summary>
    public static readonly PolicyKey[] Behaviour =
    [
        new(SettingTable.Mode, KeyType.Text, "Whether limits, greylist, delay and habits apply as set in all files (provider), or not at all (dice).") { Values = Modes },
        new("limits", KeyType.Table, "How much a sender may send.")
        {
            Keys =
            [
                new("by", KeyType.Owners, "What a limit is counted by: the client's network (the default), the sender's domain or the user; of several, the strictest decides.") { Values = OwnerWords },
                new("net4", KeyType.Whole, "Number of bits that identify a client's IPv4 network; 32 unless given.") { Minimum = 0, Maximum = 32 },
                new("net6", KeyType.Whole, "Number of bits that identify a client's IPv6 network; 64 unless given.") { Minimum = 0, Maximum = 128 },
                new("connections", KeyType.Whole, "Simultaneous connections; any further one gets a [[throttle]] reply.") { Minimum = 1 },
                new("messages_per_connection", KeyType.Whole, "Messages per connection; see after.") { Minimum = 1 },
                new("after", KeyType.Text, "What happens after the last allowed message of a connection: the next one gets a 421 (the default), or the connection is closed without a reply.") { Values = ["421", "close"] },
                new("recipients_per_message", KeyType.Whole, "Recipients per message; any further ones get 452 4.5.3.") { Minimum = 1 },
                new("rate", KeyType.Rate, "Recipients per time, such as 100/min; beyond that a [[throttle]] reply is given."),
                new("burst", KeyType.Whole, "How many recipients may arrive at once after a pause; the number in rate unless given.") { Minimum = 1 },
                new("unknown", KeyType.Percent, "The share of the last 1,000 recipients that may be refused permanently, such as 10%; beyond that the sender is blocked."),
                new("block", KeyType.Table, "When a sender is refused altogether, and for how long.")
                {
                    Keys =
                    [
                        new("after", KeyType.Throttled, "How many throttled recipients per time cause a block, such as 5 throttled/min."),
                        new("for", KeyType.Time, "How long the first block lasts, such as 10m."),
                        new("grow", KeyType.Number, "How many times longer each following block is; 2 unless given.") { Minimum = 1, Maximum = 100 },
                        new("reply", KeyType.Reply, "The reply to a blocked sender, beginning with its code; a [[throttle]] reply unless given."),
                    ],
                },
                new("warmup", KeyType.Rates, "What a network that has not been seen before may send in its first, second, third period, such as 200/h, 1000/h."),
            ],
        },
        new("greylist", KeyType.Table, "Recipients are refused until the sender tries again; by client network, sender and recipient.")
        {
            Keys =
            [
                new("wait", KeyType.Time, "The minimum time until the next attempt, such as 5m; 0 for no greylist.") { Minimum = 0 },
                new("window", KeyType.Time, "How long after the first attempt the next one counts; 12h unless given."),
            ],
        },
        new("delay", KeyType.Table, "How long replies take, such as 20ms, 5ms..30ms or lognormal(50ms, 0.5).")
        {
            Keys =
            [
                new("connect", KeyType.Delay, "Before the greeting, with [[mx]]."),
                new("ehlo", KeyType.Delay, "Before the reply to EHLO, with [[mx]]."),
                new("mail", KeyType.Delay, "Before the reply to MAIL, with [[mx]]."),
                new("rcpt", KeyType.Delay, "Before the reply to RCPT."),
                new("data", KeyType.Delay, "Before the reply at end of data."),
            ],
        },
        new("habits", KeyType.Table, "Other habits of its servers.")
        {
            Keys =
            [
                new("tls", KeyType.Text, "Whether every recipient is refused on a connection without TLS; the domain's own tls takes precedence.") { Values = TlsWords },
                new("banner", KeyType.Banner, "The greeting text for its servers in [[mx]] that have none of their own.") { MaximumLength = LongestBanner },
            ],
        },
    ];

    public static readonly PolicyKey[] Default =
    [
        .. Behaviour,
        new("bounce", KeyType.Number, "Percent of recipients that are refused permanently (5xx). 0 means never, 100 always; together with defer at most 100.") { Minimum = 0, Maximum = 100 },
        new("defer", KeyType.Number, "Percent of recipients that are refused temporarily (4xx). 0 means never, 100 always; together with bounce at most 100.") { Minimum = 0, Maximum = 100 },
        new("tls", KeyType.Text, "Whether every recipient is refused on a connection without TLS.") { Values = TlsWords },
        new("strict", KeyType.Truth, "Whether recipients whose address RFC 5321 does not allow (no brackets or domain, misplaced dots) are refused with 553 5.1.3."),
    ];

    public static readonly PolicyKey[] Domain =
    [
        .. Default,
        new("like", KeyType.Text, "A domain or pattern of this policy whose rates and replies also apply here, unless set."),
        new("sticky", KeyType.Truth, "Whether an address that bounced once always bounces."),
        new("triggers", KeyType.TruthOrTexts, "Which local parts ask for an answer here: all, none, or those in the list.") { Values = TriggerWords },
    ];

    /// <summary>The keys of a reply in <c>[[bounce."…"]]</c> and the other lists.</summary>
    public static readonly PolicyKey[] Reply =
    [
        new("code", KeyType.Whole, "The reply code.") { Minimum = 400, Maximum = 599, IsRequired = true },
        new("msg", KeyType.Texts, "The text, lines separated by \\n or as a list; an enhanced code at its start is repeated on every line. Placeholders: "
            + $"{string.Join(", ", Placeholders.Examples.Select(name => $"{{{name}}}"))}; {{{{ is a literal brace.") { IsRequired = true, Substitute = "text" },
        new("label", KeyType.Text, "The reason for the refusal, shown by explain, the log and metrics; unless given, it is inferred from the enhanced code.") { Values = ReplyLabels.Words },
        new("weight", KeyType.Number, "How often the reply is chosen, relative to the others in its list; 1 unless given.") { Minimum = 0, Maximum = ReplyListChecks.LargestWeight },
        new("stage", KeyType.Text, "When the reply is given; at RCPT unless given.") { Values = Stages },
        new("close", KeyType.Truth, "Whether the connection is closed after the reply; only after 421 unless given."),
        new("text", KeyType.Truth, "Whether the reply has a text; with false it is the code alone, and msg must be left out or empty."),
        new("encoding", KeyType.Text, "The encoding of the reply; utf-8 unless given. A character of a placeholder's value that the encoding lacks becomes a question mark.") { Values = TextEncodings.Words },
        new("class", KeyType.Text, "Marks that the codes in msg contradict code on purpose, as a real server's do, so that check does not warn about it.") { Values = [Lying] },
    ];

    /// <summary>The keys of a reply in <c>[[throttle."…"]]</c>.</summary>
    public static readonly PolicyKey[] Throttle =
    [
        .. Reply,
        new("limit", KeyType.Text, "The limit that this reply is for; unless given, all limits without a reply of their own.") { Values = LimitWords },
    ];

    public static readonly PolicyKey[] Mx =
    [
        new("networks", KeyType.Texts, "The addresses, or networks such as 192.0.2.0/24, that clients meant to connect to.") { IsRequired = true },
        new("hostname", KeyType.Text, "The name of the mail server there.") { IsRequired = true },
        new("domains", KeyType.Texts, "The domains and patterns that it serves; the first is the provider's own."),
        new("banner", KeyType.Text, "The text of its greeting after the host name, lines separated by \\n; printable ASCII.") { MaximumLength = LongestBanner },
        new("ehlo", KeyType.Text, "Whether EHLO is answered 502, as by an old server that knows only HELO; unless given, the listener's setting decides.") { Values = EhloWords },
    ];

    public static readonly PolicyKey[] Fault =
    [
        new("do", KeyType.Text, "What goes wrong: the connection is closed (drop) or reset, nothing more is sent (hang) or read (stall), the reply is sent one octet a second, or the message is accepted and its reply lost.") { Values = FaultWords, IsRequired = true },
        new("domain", KeyType.Domains, "The recipients' domains, as written here; all unless given."),
        new("stage", KeyType.Text, "At which command; rcpt unless given, data for accept-then-drop. Stages before rcpt need [[mx]].") { Values = Stages },
        new("share", KeyType.Percent, "Percent of the matching recipients; 100 unless given."),
        new("when", KeyType.Text, "For accept-then-drop: whether the connection is closed before (the default), within or after the reply.") { Values = DropWords },
        new("recipient", KeyType.Text, "Only recipients like this; * matches any characters.") { MinimumLength = 1 },
        new("sender", KeyType.Text, "Only senders like this; * matches any characters, an empty text the null sender."),
        new("client", KeyType.Network, "Only clients in this network."),
        new("name", KeyType.Text, "What the log and metrics call it.") { MinimumLength = 1 },
    ];

    public static readonly PolicyKey[] Schedule =
    [
        new("at", KeyType.Moment, "When it begins: +10m after the start of the sink, 14:30 each day (UTC), or an RFC 3339 date and time.") { IsRequired = true },
        new("for", KeyType.Time, "How long it lasts; forever unless given."),
        new("every", KeyType.Time, "The time from one start to the next; unless given, it runs once, or daily if at is a time of day."),
        new("domain", KeyType.Domains, "The domains it applies to, as written here; all unless given."),
        new("set", KeyType.DomainKeys, "Keys of a [domain] that apply as long as it lasts.") { IsRequired = true },
        new("name", KeyType.Text, "What the log and metrics call it.") { MinimumLength = 1 },
    ];

    public static readonly PolicyKey[] Answers =
    [
        new("match", KeyType.Text, "The recipients it applies to; * matches any characters.") { MinimumLength = 1, IsRequired = true },
        new("sequence", KeyType.Sequence, "The answers to successive attempts from the same client network and sender to the same recipient; the last one is repeated. Codes, or replies that begin with their code; 250 accepts.") { IsRequired = true },
        new("name", KeyType.Text, "What the log and metrics call it.") { MinimumLength = 1 },
    ];

    /// <summary>Keys of the top level that are kept by name.</summary>
    public static readonly PolicyKey[] Settings =
    [
        new(SettingTable.Mode, KeyType.Text, "Whether limits, greylist, delay and habits apply as set in all files (provider), or only those of the main file (dice, the default); in every domain that does not override it.") { Values = Modes },
        new("time_scale", KeyType.Number, "How many seconds of limits, blocks, greylists and schedules pass in one real second; 1 unless given.") { Minimum = 0.001, Maximum = 100_000 },
        new("ses", KeyType.Truth, "Whether the local parts success, bounce, complaint, ooto and suppressionlist work in any domain as in Amazon's mailbox simulator."),
        new("duplicates", KeyType.Truth, "Whether messages that are accepted again are counted in all mail; otherwise only where accept-then-drop may cause them."),
    ];

    /// <summary>The keys that stand above the first table.</summary>
    public static readonly PolicyKey[] Plain =
    [
        .. Settings,
        new("seed", KeyType.Whole, "Makes a run repeatable: the k-th recipient of a domain always gets the same answer."),
        new("sticky", KeyType.Truth, "Whether an address that bounced once always bounces, in every domain that does not override it."),
        new("triggers", KeyType.TruthOrTexts, "Which local parts ask for an answer, in every domain that does not override it: all (the default), none, or those in the list.") { Values = TriggerWords },
        new("domain_suffix", KeyType.Texts, "Suffixes that are removed from a domain before it is looked up."),
        new("include", KeyType.Texts, "Files to read first, relative to this one; * and ? are wildcards; \"builtin:providers\" is the catalogue built into the program. Only in the main file."),
    ];

    /// <summary>The tables of the top level, with what <see cref="Plain"/> is to them.</summary>
    public static readonly PolicyKey[] TopLevel =
    [
        .. Plain,
        .. new[] { "default", "domain", "bounce", "defer", "tls", "throttle", "mx", "fault", "schedule", "answers" }.Select(table => new PolicyKey(table, KeyType.Text, string.Empty)),
    ];
}
