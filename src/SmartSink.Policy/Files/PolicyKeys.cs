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
}

internal sealed record PolicyKey(string Name, KeyType Type, string Description)
{
    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public int? MaximumLength { get; init; }

    /// <summary>The only texts that it may be; empty for any.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

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

    public static readonly string[] TriggerWords = ["tempfail", "permfail", "codes", "labels"];

    public static readonly PolicyKey[] Default =
    [
        new("bounce", KeyType.Number, "Percent of recipients that are refused for good (5xx). 0 is never, 100 is always; with defer at most 100.") { Minimum = 0, Maximum = 100 },
        new("defer", KeyType.Number, "Percent of recipients that are refused for now (4xx). 0 is never, 100 is always; with bounce at most 100.") { Minimum = 0, Maximum = 100 },
        new("tls", KeyType.Text, "Whether every recipient is refused on a connection without TLS.") { Values = TlsWords },
        new("strict", KeyType.Truth, "Whether recipients are refused with 553 5.1.3 whose address RFC 5321 does not allow: no brackets or domain, dots where none belong."),
    ];

    public static readonly PolicyKey[] Domain =
    [
        .. Default,
        new("like", KeyType.Text, "A domain or pattern of this policy whose rates and replies hold here, too, unless given."),
        new("sticky", KeyType.Truth, "Whether an address that bounced once bounces always."),
        new("triggers", KeyType.TruthOrTexts, "Which local parts ask for an answer here: all, none, or those of the list.") { Values = TriggerWords },
    ];

    /// <summary>The keys of a reply in <c>[[bounce."…"]]</c>, <c>[[defer."…"]]</c> and <c>[[tls."…"]]</c>.</summary>
    public static readonly PolicyKey[] Reply =
    [
        new("code", KeyType.Whole, "The reply code.") { Minimum = 400, Maximum = 599, IsRequired = true },
        new("msg", KeyType.Texts, "The text, lines separated by \\n or as a list; an enhanced code at its start is repeated on every line. Placeholders: "
            + $"{string.Join(", ", Placeholders.Examples.Select(name => $"{{{name}}}"))}; {{{{ is a brace.") { IsRequired = true, Substitute = "text" },
        new("label", KeyType.Text, "Why it refuses, as explain, the log and metrics tell it; unless given, what its enhanced code says.") { Values = ReplyLabels.Words },
        new("weight", KeyType.Number, "How often the reply is chosen, relative to the others of its list; 1 unless given.") { Minimum = 0, Maximum = ReplyListChecks.LargestWeight },
        new("stage", KeyType.Text, "When the reply is given; at RCPT unless given.") { Values = Stages },
        new("close", KeyType.Truth, "Whether the connection is closed after the reply; only after 421 unless given."),
        new("text", KeyType.Truth, "Whether the reply has a text; without one it is the code alone, and msg is left out or empty."),
        new("encoding", KeyType.Text, "What the reply is written in; utf-8 unless given. A character of a placeholder's value that it lacks becomes a question mark.") { Values = TextEncodings.Words },
        new("class", KeyType.Text, "That the codes in msg contradict code as a real server's do, so that check does not warn of it.") { Values = [Lying] },
    ];

    public static readonly PolicyKey[] Mx =
    [
        new("networks", KeyType.Texts, "The addresses, or networks such as 192.0.2.0/24, that clients meant to connect to.") { IsRequired = true },
        new("hostname", KeyType.Text, "The name of the mail server there.") { IsRequired = true },
        new("domains", KeyType.Texts, "The domains and patterns that it serves; the first is the provider's own."),
        new("banner", KeyType.Text, "The text of its greeting behind the name, lines separated by \\n; printable ASCII.") { MaximumLength = LongestBanner },
        new("ehlo", KeyType.Text, "Whether EHLO is answered 502, as by an old server that knows HELO alone; by the listener's setting unless given.") { Values = EhloWords },
    ];

    /// <summary>The keys that stand above the first table.</summary>
    public static readonly PolicyKey[] Plain =
    [
        new("seed", KeyType.Whole, "Makes a run repeatable: the k-th recipient of a domain always meets the same answer."),
        new("sticky", KeyType.Truth, "Whether an address that bounced once bounces always, in every domain that does not say otherwise."),
        new("triggers", KeyType.TruthOrTexts, "Which local parts ask for an answer, in every domain that does not say otherwise: all (unless given), none, or those of the list.") { Values = TriggerWords },
        new("domain_suffix", KeyType.Texts, "Suffixes that are cut off a domain before it is looked up."),
        new("include", KeyType.Texts, "Files to read first, relative to this one; * and ? stand for characters of a name; \"builtin:providers\" is the catalogue in the program. Only in the main file."),
    ];

    /// <summary>The tables of the top level, with what <see cref="Plain"/> is to them.</summary>
    public static readonly PolicyKey[] TopLevel =
    [
        .. Plain,
        .. new[] { "default", "domain", "bounce", "defer", "tls", "mx" }.Select(table => new PolicyKey(table, KeyType.Text, string.Empty)),
    ];
}
