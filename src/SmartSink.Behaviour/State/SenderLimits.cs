using SmartSink.Policy.Decisions;

namespace SmartSink.Behaviour.State;

/// <summary>A provider's limits in the form that the state uses.</summary>
internal sealed class SenderLimits
{
    /// <summary>The fewest recipients of which a share is meaningful.</summary>
    public const int LeastRecipients = 100;

    /// <summary>The window of a share: when it has this many recipients, all counts are halved.</summary>
    public const int MostRecipients = 1_000;

    /// <summary>
    /// How long a network that has completed its warm-up is remembered without sending, and
    /// likewise a sender that has passed a greylist: 30 days.
    /// </summary>
    public const long LongMemory = 30 * 24 * 3_600_000L;

    /// <summary>How long shares of a silent sender are remembered: a day.</summary>
    public const long ShortMemory = 24 * 3_600_000L;

    // For a share of unknown recipients without a block of its own.
    private static readonly BlockRule DefaultBlock = new(After: int.MaxValue, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), Grow: 2, Reply: null);

    public SenderLimits(ProviderLimits limits)
    {
        Given = limits;
        Block = limits.Block ?? DefaultBlock;
        CountsThrottled = limits.Block is not null;
        ThrottledWithin = Milliseconds(Block.Within);
        if (limits.Rate is { } rate)
        {
            TokenCost = Milliseconds(rate.Per);
            Refill = rate.Count;
            Capacity = (limits.Burst ?? rate.Count) * TokenCost;
            FillTime = (Capacity / Refill) + 1;
            TimePerPart = 1.0 / Refill;
        }

        HasWarmup = limits.Warmup.Count > 0;
        Warmup = [.. limits.Warmup.Select(step => (step.Count, Milliseconds(step.Per)))];
        CountsUnknown = limits.Unknown is not null;
        UnknownPercent = limits.Unknown ?? 100;
    }

    public ProviderLimits Given { get; }

    public BlockRule Block { get; }

    public bool CountsThrottled { get; }

    public long ThrottledWithin { get; }

    // A bucket in whole numbers: a recipient costs as many parts as the rate's period has milliseconds, and each millisecond brings as many
    // parts as the rate allows recipients.
    public long TokenCost { get; }

    public long Refill { get; }

    public long Capacity { get; }

    /// <summary>Milliseconds until an empty bucket is full.</summary>
    public long FillTime { get; }

    /// <summary>Milliseconds that bring one part of a token.</summary>
    public double TimePerPart { get; }

    public bool HasRate => TokenCost > 0;

    public bool HasWarmup { get; }

    /// <summary>How many recipients each period allows, and its length in milliseconds.</summary>
    public (int Count, long Length)[] Warmup { get; }

    /// <summary>Whether any limit depends on what the dialog has done before.</summary>
    public bool LooksAtDialog => Given is not { Connections: null, MessagesPerConnection: null, RecipientsPerMessage: null };

    public bool CountsUnknown { get; }

    public double UnknownPercent { get; }

    /// <summary>The length of a sender's n-th block in milliseconds; n from 1. At most <see cref="LongMemory"/>.</summary>
    public long BlockLength(int number) =>
        (long)Math.Min(LongMemory, Block.For.TotalMilliseconds * Math.Pow(Block.Grow, number - 1));

    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)time.TotalMilliseconds);
}

/// <summary>The owners of the buckets that a recipient is taken from. The client network, if included, is always first.</summary>
internal readonly struct SenderKeys
{
    public const int Most = 3;

    private readonly StateKey _first;
    private readonly StateKey _second;
    private readonly StateKey _third;

    public SenderKeys(StateKey network, bool networkShares, StateKey? senderDomain, StateKey? user)
    {
        _first = network;
        Count = 1;
        HasNetwork = true;
        NetworkShares = networkShares || (senderDomain is null && user is null);
        if (senderDomain is { } domain)
        {
            _second = domain;
            Count++;
        }

        if (user is { } name)
        {
            (_second, _third) = senderDomain is null ? (name, default) : (_second, name);
            Count++;
        }
    }

    public SenderKeys(StateKey owner)
    {
        _first = owner;
        Count = 1;
    }

    public int Count { get; }

    /// <summary>Whether the first is the client network, whose connections and warm-up count.</summary>
    public bool HasNetwork { get; }

    /// <summary>Whether the network has a bucket, too; if not, only its connections and warm-up count.</summary>
    public bool NetworkShares { get; }

    public StateKey this[int index] => index switch
    {
        0 => _first,
        1 => _second,
        _ => _third,
    };

    public bool IsNetwork(int index) => index == 0 && HasNetwork;

    public bool Shares(int index) => index > 0 || !HasNetwork || NetworkShares;
}

/// <summary>What a try asks for.</summary>
/// <param name="Tokens">1 for a recipient; 0 for a greeting, which has no recipient.</param>
/// <param name="Joins">Whether the connection is to be counted from now on.</param>
/// <param name="Dialog">The limit per dialog that has been reached; null for none.</param>
/// <param name="IsDecided">Whether the answer is already decided: the try counts, but no limit refuses it.</param>
internal readonly record struct SenderTry(int Tokens, bool Joins, ProviderLimit? Dialog = null, bool IsDecided = false);

/// <summary>The verdict of the limits on a try.</summary>
/// <param name="Limit">The limit that refuses; null when none does.</param>
/// <param name="Joined">Whether the connection counts now.</param>
internal readonly record struct Admission(ProviderLimit? Limit, bool Joined);

/// <summary>What is remembered about an owner, for a person. Times are those of <see cref="ScaledClock"/>.</summary>
internal sealed record SenderRecord
{
    /// <summary>Recipients left in the bucket; null without a rate.</summary>
    public long? Tokens { get; init; }

    /// <summary>For how much longer it is blocked, in milliseconds; 0 when it is not.</summary>
    public long BlockedFor { get; init; }

    /// <summary>The number of the current or last block in the series that makes later ones longer; 0 for none.</summary>
    public int Blocks { get; init; }

    /// <summary>Throttled recipients that count towards the next block.</summary>
    public int Throttled { get; init; }

    /// <summary>The number of recipients of which <see cref="PermFails"/> is a part.</summary>
    public int Recipients { get; init; }

    public int PermFails { get; init; }

    public int Connections { get; init; }

    /// <summary>The network's current warm-up period, from 1; null for none.</summary>
    public int? WarmupPeriod { get; init; }

    /// <summary>The count of that period.</summary>
    public int WarmupCount { get; init; }
}

/// <summary>What a greylist remembers about a try.</summary>
/// <param name="FirstAt">The moment of the first try.</param>
/// <param name="HasPassed">Whether a later one was accepted.</param>
internal sealed record GreylistRecord(long FirstAt, bool HasPassed);
