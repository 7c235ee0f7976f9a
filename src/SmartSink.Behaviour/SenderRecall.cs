namespace SmartSink.Behaviour;

/// <summary>What a provider remembers of a client, for a person or a program. Times are real ones, whatever <c>time_scale</c> says.</summary>
public sealed record SenderRecall
{
    /// <summary>The recipient or domain that was asked for.</summary>
    public required string Recipient { get; init; }

    /// <summary>The client's address.</summary>
    public required string Client { get; init; }

    /// <summary>The entry under which the memory is kept; null when the recipient's provider does not react to senders.</summary>
    public string? Provider { get; init; }

    /// <summary>What is remembered of the client network and, where they have buckets, of the sender's domain and the user.</summary>
    public IReadOnlyList<OwnerRecall> Owners { get; init; } = [];

    /// <summary>What the greylist says of the next try; null without one, and when no sender and mailbox were named.</summary>
    public GreylistRecall? Greylist { get; init; }
}

/// <summary>What is remembered of one owner of buckets. What is null is not limited.</summary>
public sealed record OwnerRecall
{
    /// <summary><c>network</c>, <c>sender_domain</c> or <c>user</c>.</summary>
    public required string By { get; init; }

    /// <summary>Its name: of a network with its prefix length.</summary>
    public required string Name { get; init; }

    /// <summary>Whether anything is remembered.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Recipients that may come at once, and how many they are at most.</summary>
    public CountOf? Tokens { get; init; }

    /// <summary>How much longer it is blocked, in seconds; null when it is not.</summary>
    public double? BlockedFor { get; init; }

    /// <summary>Blocks in a row, from which the length of the next one follows.</summary>
    public int Blocks { get; init; }

    /// <summary>Throttled recipients, and how many of them bring a block.</summary>
    public CountOf? Throttled { get; init; }

    /// <summary>Permanent refusals, and of how many recipients.</summary>
    public CountOf? Unknown { get; init; }

    /// <summary>Connections at once, and how many may be.</summary>
    public CountOf? Connections { get; init; }

    /// <summary>Recipients of the warm-up's period, and how many they may be; null when it is over.</summary>
    public CountOf? Warmup { get; init; }
}

/// <summary>So many of so many.</summary>
public sealed record CountOf(long Count, long Of);

/// <summary>What a greylist says of the next try.</summary>
/// <param name="State"><c>unknown</c>, <c>waiting</c>, <c>ready</c> or <c>passed</c>.</param>
/// <param name="Wait">How much longer the next try is too early, in seconds; 0 when it is not.</param>
public sealed record GreylistRecall(string State, double Wait);
