using SmartSink.Policy.Model;
using SmartSink.Policy.Replies;
using SmartSink.Smtp;

namespace SmartSink.Policy.Decisions;

/// <summary>How providers behave towards senders, frozen. What they remember of senders is kept elsewhere.</summary>
/// <param name="TimeScale">How many seconds of limits, blocks, greylists and schedules pass in one second of the clock; more than 0. Delays are not scaled.</param>
/// <param name="Providers">By entry; null where nothing reacts.</param>
/// <param name="Rules"><c>[[answers]]</c>, <c>[[fault]]</c> and <c>[[schedule]]</c>, in the order in which they are looked at.</param>
internal sealed record PolicyBehaviour(double TimeScale, ProviderBehaviour?[] Providers, IReadOnlyList<BehaviourRule> Rules)
{
    public static readonly PolicyBehaviour None = new(1, [], []);

    /// <summary><c>duplicates</c>: whether messages that are accepted again are counted in all mail.</summary>
    public bool CountsDuplicates { get; init; }

    public bool IsEmpty => Rules.Count == 0 && !CountsDuplicates && Array.TrueForAll(Providers, provider => provider is null);
}

/// <summary>What one domain or pattern does to senders. Domains joined by <c>like</c> share the memory of one provider, as they share one MX.</summary>
/// <param name="Provider">The entry under which its memory is kept: the last of the chain of <c>like</c> that gives a limit or a greylist.</param>
/// <param name="Limits">Null for none.</param>
/// <param name="Greylist">Null for none.</param>
/// <param name="Delays">Null for none.</param>
/// <param name="Throttles">What is said over a limit.</param>
internal sealed record ProviderBehaviour(int Provider, ProviderLimits? Limits, GreylistRule? Greylist, ProviderDelays? Delays, ThrottleReplies Throttles);

/// <summary>What is said over a limit: one of the <c>[[throttle]]</c> replies whose <c>limit</c> names it, else of those that name none.</summary>
/// <param name="any">For limits that no reply names: replies that name none, or the fallback.</param>
/// <param name="own">By <see cref="ProviderLimit"/>; null in it for <paramref name="any"/>.</param>
internal sealed class ThrottleReplies(ReplyChoice any, ReplyChoice?[]? own = null)
{
    public PolicyReply Pick(ProviderLimit limit, ulong draw) => (own?[(int)limit] ?? any).Pick(draw);

    /// <summary>One of those that name the limit; null when none does.</summary>
    public PolicyReply? PickOwn(ProviderLimit limit, ulong draw) => own?[(int)limit]?.Pick(draw);
}

/// <summary>A key of <c>[domain."…".limits]</c>; the same word (in snake case) stands in the metric, and as <c>limit</c> in a <c>[[throttle]]</c> reply.</summary>
public enum ProviderLimit : byte
{
    /// <summary>Connections at once.</summary>
    Connections,

    /// <summary>Messages on one connection.</summary>
    MessagesPerConnection,

    /// <summary>Recipients of one message.</summary>
    RecipientsPerMessage,

    /// <summary>Recipients in a time.</summary>
    Rate,

    /// <summary>The share of recipients that were refused for good.</summary>
    Unknown,

    /// <summary>A block that has not ended.</summary>
    Block,

    /// <summary>What a network not seen before may send.</summary>
    Warmup,
}

/// <summary><c>[domain."…".limits]</c>. What is null is not limited.</summary>
internal sealed record ProviderLimits
{
    /// <summary>At least one; of several the strictest decides.</summary>
    public BucketOwners By { get; init; } = BucketOwners.Network;

    /// <summary>Bits of an IPv4 client's network, 0 to 32.</summary>
    public int Net4 { get; init; } = 32;

    /// <summary>Bits of an IPv6 client's network, 0 to 128.</summary>
    public int Net6 { get; init; } = 64;

    /// <summary>Connections at once that have named the provider.</summary>
    public int? Connections { get; init; }

    public int? MessagesPerConnection { get; init; }

    /// <summary>After <see cref="MessagesPerConnection"/>: true to close behind the reply to the last one, false to refuse the next one with a throttle reply of 421.</summary>
    public bool ClosesSilently { get; init; }

    /// <summary>More get 452 4.5.3 (RFC 5321 section 4.5.3.1.10).</summary>
    public int? RecipientsPerMessage { get; init; }

    /// <summary>Recipients in a time.</summary>
    public Rate? Rate { get; init; }

    /// <summary>The size of the token bucket; as many as <see cref="Rate"/> gives in its time unless given.</summary>
    public int? Burst { get; init; }

    /// <summary>Percent of permanent refusals among about the last 1,000 recipients, over which a sender is blocked.</summary>
    public double? Unknown { get; init; }

    public BlockRule? Block { get; init; }

    /// <summary>What a network not seen before may send in its first, second, third period; empty for no such limit.</summary>
    public IReadOnlyList<Rate> Warmup { get; init; } = [];
}

/// <summary>When a sender that goes on too fast is refused altogether.</summary>
/// <param name="After">Throttled recipients within <paramref name="Within"/> that bring a block.</param>
/// <param name="Within">Their time.</param>
/// <param name="For">How long the first block lasts.</param>
/// <param name="Grow">By how much the next one is longer, at least 1.</param>
/// <param name="Reply">What a blocked sender is told; null for one of the throttle replies.</param>
internal sealed record BlockRule(int After, TimeSpan Within, TimeSpan For, double Grow, PolicyReply? Reply);

/// <summary>A try is refused until the sender has shown that it tries again.</summary>
/// <param name="Wait">How long a sender has to wait with its next try.</param>
/// <param name="Window">How long after the first try the next one counts.</param>
internal sealed record GreylistRule(TimeSpan Wait, TimeSpan Window);

/// <summary>Delays by stage, in milliseconds.</summary>
internal sealed record ProviderDelays(Delay Connect, Delay Ehlo, Delay Mail, Delay Rcpt, Delay Data)
{
    public Delay At(Stage stage) => stage switch
    {
        Stage.Connect => Connect,
        Stage.Ehlo => Ehlo,
        Stage.Mail => Mail,
        Stage.Rcpt => Rcpt,
        _ => Data,
    };
}
