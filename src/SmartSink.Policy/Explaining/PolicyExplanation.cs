using System.Net;
using SmartSink.Policy.Decisions;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;

namespace SmartSink.Policy.Explaining;

/// <summary>What happens to mail for an address, and why.</summary>
public sealed record PolicyExplanation
{
    /// <summary>The address as asked.</summary>
    public required string Address { get; init; }

    /// <summary>Why there is nothing to explain; null when there is. Then only <see cref="Address"/> has meaning.</summary>
    public string? Problem { get; init; }

    /// <summary>The local part; empty when only a domain was asked for.</summary>
    public string LocalPart { get; init; } = string.Empty;

    /// <summary>The domain as it is looked up: normalised, without suffix.</summary>
    public string Domain { get; init; } = string.Empty;

    /// <summary>The suffix that was cut off, without its dot; null when none was.</summary>
    public string? SuffixCut { get; init; }

    /// <summary>How the domain came to its entry.</summary>
    public MatchKind Match { get; init; }

    /// <summary>The entry's name, as in metrics.</summary>
    public string Entry { get; init; } = string.Empty;

    /// <summary>The entry's number; see <see cref="Smtp.Server.FilterAnswer.Entry"/>.</summary>
    public int EntryIndex { get; init; }

    /// <summary>The entries that it is like, nearest first.</summary>
    public IReadOnlyList<string> LikeChain { get; init; } = [];

    /// <summary>The share that bounces.</summary>
    public ExplainedRate Bounce { get; init; } = new(0, string.Empty);

    /// <summary>The share that is deferred.</summary>
    public ExplainedRate Defer { get; init; } = new(0, string.Empty);

    /// <summary>Where it stands that a client without TLS is refused every recipient; null when it is not.</summary>
    public string? TlsRequiredBy { get; init; }

    /// <summary>What refuses addresses that RFC 5321 does not allow; null when nothing does.</summary>
    public string? StrictBy { get; init; }

    /// <summary>Under <c>sticky</c>, whether this very address bounces, always; null without <c>sticky</c> or local part.</summary>
    public bool? AlwaysBounces { get; init; }

    /// <summary>Whether bounces are drawn from addresses.</summary>
    public bool Sticky { get; init; }

    /// <summary>The triggers that hold, in the policy's words.</summary>
    public IReadOnlyList<string> Triggers { get; init; } = [];

    /// <summary>Where it stands which triggers hold; null when nothing says so, and all do.</summary>
    public string? TriggersBy { get; init; }

    /// <summary>What the local part asks for.</summary>
    public Trigger Trigger { get; init; }

    /// <summary>The start of the local part that asks, with the hyphen; empty with <see cref="Trigger.None"/> and those that the local part need not start with.</summary>
    public string TriggerWord { get; init; } = string.Empty;

    /// <summary>The code that the local part asks for, 400 to 599; 0 unless <see cref="Trigger"/> is <see cref="Trigger.Code"/>.</summary>
    public int TriggerCode { get; init; }

    /// <summary>What the label is that the local part asks for; null unless <see cref="Trigger"/> is <see cref="Trigger.Label"/>.</summary>
    public ExplainedLabel? TriggerLabel { get; init; }

    /// <summary>The stage that the local part asks for, <see cref="Stage.Rcpt"/> or <see cref="Stage.Data"/>; null when it asks for none, and each reply goes out at its own.</summary>
    public Stage? TriggerStage { get; init; }

    /// <summary><c>behaviour</c>, where it is given; null when nothing says so, and only limits of the main file hold.</summary>
    public ExplainedSetting? Mode { get; init; }

    /// <summary>The keys of limits, greylist, delay and habits that hold.</summary>
    public IReadOnlyList<ExplainedSetting> Behaviour { get; init; } = [];

    /// <summary>The entry under which senders are remembered; empty when nothing is remembered of them.</summary>
    public string Memory { get; init; } = string.Empty;

    /// <summary>The rules that may meet the address, in the order in which they are looked at.</summary>
    public IReadOnlyList<ExplainedSetting> Rules { get; init; } = [];

    /// <summary>What the client's destination makes of it; null when none was given.</summary>
    public ExplainedServer? Server { get; init; }

    /// <summary>The replies of both lists, in the order of the files, and behind them those to clients without TLS where it is required and those over limits where there are some.</summary>
    public IReadOnlyList<ExplainedReply> Replies { get; init; } = [];

    /// <summary>The explanation as lines for people, ended by a line feed.</summary>
    public string ToText() => ExplanationWriter.Write(this);
}

/// <summary>What a policy says of all mail.</summary>
/// <param name="Mode"><c>behaviour</c> of the top level: dice or provider.</param>
/// <param name="TimeScale">How many seconds of limits, blocks, greylists and schedules pass in one second of the clock.</param>
/// <param name="Seed">What makes draws repeat; null when nothing does.</param>
/// <param name="DomainSuffixes">Cut off before domains are looked up.</param>
/// <param name="Rules"><c>[[answers]]</c>, <c>[[fault]]</c> and <c>[[schedule]]</c>, in the order in which they are looked at.</param>
public sealed record PolicyOverview(string Mode, double TimeScale, long? Seed, IReadOnlyList<string> DomainSuffixes, IReadOnlyList<ExplainedSetting> Rules);

/// <summary>A rate and where it comes from.</summary>
/// <param name="Percent">Of the domain's recipients, 0 to 100.</param>
/// <param name="Origin">The table and the place, such as <c>[default] at responses.toml(3,10)</c>; <c>built in</c> when no file gives the rate.</param>
public sealed record ExplainedRate(decimal Percent, string Origin);

/// <summary>A key and where its value comes from.</summary>
/// <param name="Name">Such as <c>limits.rate</c>; of a rule its name.</param>
/// <param name="Value">As a file has it; of a rule its kind.</param>
/// <param name="Origin">The table and the place, such as <c>[domain."gmail.com"] at responses.toml(3,10)</c>.</param>
public sealed record ExplainedSetting(string Name, string Value, string Origin);

/// <summary>A reply that an address may get.</summary>
/// <param name="Kind">The list it stands in.</param>
/// <param name="Code">400 to 599.</param>
/// <param name="Stage">The stage that the file names.</param>
/// <param name="Closes">Whether the connection ends after it.</param>
/// <param name="Label">Why it refuses.</param>
/// <param name="IsLabelInferred">Whether the label is not in the file, but what the reply's code says.</param>
/// <param name="Percent">Its share of all the domain's recipients, 0 to 100, triggers left aside; of <see cref="ReplyKind.Tls"/>, of those of clients without TLS; of <see cref="ReplyKind.Throttle"/>, of those over a limit.</param>
/// <param name="FirstLine">The first line of its text with the enhanced code, placeholders in braces; empty when the code is sent alone.</param>
/// <param name="Origin">Its place, such as <c>providers/gmail.toml(12,1)</c>; <c>built in</c> when no file gives a list.</param>
public sealed record ExplainedReply(
    ReplyKind Kind, int Code, Stage Stage, bool Closes, ReplyLabel Label, bool IsLabelInferred, decimal Percent, string FirstLine, string Origin)
{
    /// <summary>What it is written in, by the policy's word.</summary>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>All lines of its text, with line feeds between them; empty when the code is sent alone.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>How often it is taken, beside the others of its list.</summary>
    public decimal Weight { get; init; } = 1;

    /// <summary>Of <see cref="ReplyKind.Throttle"/>: the limit that it is for; null for all that no other is for.</summary>
    public string? Limit { get; init; }
}

/// <summary>A label that a local part asks for.</summary>
/// <param name="Word">The start of the local part that asks for it, with the hyphen.</param>
/// <param name="Label">Why all replies that may be given refuse.</param>
/// <param name="Owner">Whose replies they are.</param>
/// <param name="BuiltIn">The built-in reply; null when files give some.</param>
public sealed record ExplainedLabel(string Word, ReplyLabel Label, LabelOwner Owner, string? BuiltIn);

/// <summary>Whose reply a local part gets that asks for a label.</summary>
public enum LabelOwner : byte
{
    /// <summary>One of the replies that the domain has, its own or inherited.</summary>
    Domain,

    /// <summary>One of <c>"*"</c>: the domain has none of that label.</summary>
    Fallback,

    /// <summary>No file gives one for the domain.</summary>
    BuiltIn,
}

/// <summary>What a client's destination makes of it.</summary>
/// <param name="Destination">Where the client meant to connect to.</param>
/// <param name="Network">The network of <c>[[mx]]</c> that holds it; null when none does, and then the rest has no meaning.</param>
/// <param name="Hostname">The name that the sink answers under.</param>
/// <param name="Origin">Where the network stands, such as <c>responses.toml(12,14)</c>.</param>
/// <param name="ServesDomain">Whether the address's domain is among those of the entry, so that replies before RCPT are given at their own stage.</param>
public sealed record ExplainedServer(IPAddress Destination, IPNetwork? Network, string Hostname, string Origin, bool ServesDomain);

/// <summary>How a domain came to its entry.</summary>
public enum MatchKind : byte
{
    /// <summary>No entry names it: <c>[default]</c> and the replies of <c>"*"</c> hold.</summary>
    Default,

    /// <summary>An entry names the domain itself.</summary>
    Exact,

    /// <summary>The longest pattern that fits.</summary>
    Pattern,
}
