using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Syntax;

namespace SmartSink.Policy.Model;

/// <summary>A domain or pattern: what one file says of it, what all files say together, or what holds for it with everything inherited.</summary>
internal sealed class DomainEntry(DomainKey key)
{
    public DomainKey Key { get; } = key;

    /// <summary>Percent.</summary>
    public Setting<double>? Bounce { get; set; }

    /// <summary>Percent.</summary>
    public Setting<double>? Defer { get; set; }

    /// <summary><c>tls</c>: true for <c>required</c>.</summary>
    public Setting<bool>? RequiresTls { get; set; }

    public Setting<bool>? Strict { get; set; }

    public Setting<DomainKey>? Like { get; set; }

    public Setting<bool>? Sticky { get; set; }

    public Setting<TriggerKinds>? Triggers { get; set; }

    public ReplyList? Bounces { get; set; }

    public ReplyList? Defers { get; set; }

    public ReplyList? TlsReplies { get; set; }

    public ReplyList? Throttles { get; set; }

    /// <summary><c>behaviour</c>, <c>limits</c>, <c>greylist</c>, <c>delay</c> and <c>habits</c>; null when none of them is given.</summary>
    public SettingTable? Behaviour { get; set; }
}

/// <summary>Which local parts ask for an answer; the others are ordinary.</summary>
[Flags]
internal enum TriggerKinds : byte
{
    None = 0,
    TempFail = 1,
    PermFail = 2,

    /// <summary><c>NNN-</c>, also <c>250-</c>.</summary>
    Codes = 4,

    /// <summary>Those that ask for a reply by its label.</summary>
    Labels = 8,

    /// <summary><c>delay-</c>, <c>drop-</c>, <c>reset-</c> and <c>hang-</c>.</summary>
    Faults = 16,

    /// <summary><c>failN-</c>.</summary>
    Sequences = 32,

    All = TempFail | PermFail | Codes | Labels | Faults | Sequences,

    /// <summary>The names of Amazon's mailbox simulator, which a key of their own switches on.</summary>
    Ses = 64,
}

/// <summary>Which of a domain's lists a reply stands in.</summary>
public enum ReplyKind : byte
{
    /// <summary><c>[[bounce."…"]]</c>.</summary>
    Bounce,

    /// <summary><c>[[defer."…"]]</c>.</summary>
    Defer,

    /// <summary><c>[[tls."…"]]</c>: for clients in the clear, where TLS is required.</summary>
    Tls,

    /// <summary><c>[[throttle."…"]]</c>: for senders over a limit.</summary>
    Throttle,
}

/// <summary>All <c>[[bounce."…"]]</c> tables of one name in one file, or all of another kind.</summary>
internal sealed record ReplyList(ReplyKind Kind, Setting<DomainKey> Name, IReadOnlyList<ReplyEntry> Replies)
{
    public string Title => $"{Kind.ToString().ToLowerInvariant()}.\"{Name.Value}\"";
}

/// <summary>What a reply may be written in.</summary>
internal enum TextEncoding : byte
{
    Utf8,
    Latin1,
    Windows1252,
    Koi8R,
    Gbk,
    ShiftJis,
}

internal sealed class ReplyEntry(Place place)
{
    public Place Place { get; } = place;

    public Setting<long>? Code { get; set; }

    public Setting<string>? Text { get; set; }

    /// <summary>False when the code is to be sent alone.</summary>
    public Setting<bool>? HasText { get; set; }

    /// <summary>What stands behind the code, if the file is right; null for the code alone.</summary>
    public string? SentText => HasText is { Value: false } ? null : Text!.Value.Value;

    public Setting<TextEncoding>? Encoding { get; set; }

    public Setting<ReplyLabel>? Label { get; set; }

    public Setting<double>? Weight { get; set; }

    public Setting<Stage>? Stage { get; set; }

    public Setting<bool>? Close { get; set; }

    /// <summary>Of a throttle reply: the limit that it is for; null for those that no reply is for.</summary>
    public Setting<string>? Limit { get; set; }

    /// <summary><c>class</c>: true when codes in the text contradict the reply's on purpose.</summary>
    public Setting<bool>? Lies { get; set; }
}

/// <summary>The name of a domain's entry in the file, normalised.</summary>
/// <param name="Domain">Lower case, A-labels, without a final dot; of a pattern only what is no star; empty for <c>*</c>.</param>
/// <param name="Kind">What it is the name of.</param>
internal readonly record struct DomainKey(string Domain, DomainKeyKind Kind)
{
    /// <summary>Patterns for a sentence that says what would have been right.</summary>
    public const string Examples = "\"*.example.com\" or \"example.*\"";

    public static readonly DomainKey Fallback = new(string.Empty, DomainKeyKind.Name);

    private const string SubdomainStart = "*.";
    private const string SuffixEnd = ".*";

    public bool IsFallback => Domain.Length == 0;

    public bool IsPattern => Kind != DomainKeyKind.Name;

    /// <summary>Whether this pattern matches every domain that another pattern matches.</summary>
    public bool CoversPattern(DomainKey other) => Kind == other.Kind && (Kind, other.Domain.Length - Domain.Length) switch
    {
        (DomainKeyKind.Name, _) or (_, < 0) => false,
        (_, 0) => other.Domain == Domain,
        (DomainKeyKind.Subdomains, var more) => other.Domain[more - 1] == '.' && other.Domain.EndsWith(Domain, StringComparison.Ordinal),
        _ => false,
    };

    public override string ToString() => Kind switch
    {
        DomainKeyKind.Subdomains => SubdomainStart + Domain,
        DomainKeyKind.Suffixes => Domain + SuffixEnd,
        _ => IsFallback ? "*" : Domain,
    };

    /// <summary>Reads <c>*</c>, a pattern, a domain in any case and with or without a final dot, an IDN, or an address literal.</summary>
    public static bool TryRead(string text, out DomainKey key)
    {
        if (text == "*")
        {
            key = Fallback;
            return true;
        }

        var (name, kind) = text.StartsWith(SubdomainStart, StringComparison.Ordinal) ? (text[SubdomainStart.Length..], DomainKeyKind.Subdomains)
            : text.EndsWith(SuffixEnd, StringComparison.Ordinal) ? (text[..^SuffixEnd.Length], DomainKeyKind.Suffixes)
            : (text, DomainKeyKind.Name);
        if (kind == DomainKeyKind.Name && IsAddressLiteral(text))
        {
            key = new DomainKey(text.ToLowerInvariant(), kind);
            return true;
        }

        var isName = DomainName.TryNormalize(name, out string domain);
        key = isName ? new DomainKey(domain, kind) : default;
        return isName;
    }

    private static bool IsAddressLiteral(string text) =>
        text is ['[', _, .., ']'] && text[1..^1].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-');
}

internal enum DomainKeyKind : byte
{
    Name,

    /// <summary><c>*.example.com</c>.</summary>
    Subdomains,

    /// <summary><c>example.*</c>: under any public suffix.</summary>
    Suffixes,
}
