using SmartSink.Policy.Decisions;

namespace SmartSink.Policy.Explaining;

/// <summary>What becomes of mail to an address, and why.</summary>
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

    /// <summary>Under <c>sticky</c>, whether this very address bounces, always; null without <c>sticky</c> or local part.</summary>
    public bool? AlwaysBounces { get; init; }

    /// <summary>Whether bounces are drawn from addresses.</summary>
    public bool Sticky { get; init; }

    /// <summary>What the local part asks for.</summary>
    public Trigger Trigger { get; init; }

    /// <summary>The code that the local part asks for, 400 to 599; 0 unless <see cref="Trigger"/> is <see cref="Trigger.Code"/>.</summary>
    public int TriggerCode { get; init; }

    /// <summary>What the client's destination makes of it; null when none was given.</summary>
    public ExplainedServer? Server { get; init; }

    /// <summary>The replies of both lists, in the order of the files, and behind them those to clients without TLS where it is required.</summary>
    public IReadOnlyList<ExplainedReply> Replies { get; init; } = [];

    /// <summary>The explanation as lines for people, ended by a line feed.</summary>
    public string ToText() => ExplanationWriter.Write(this);
}
