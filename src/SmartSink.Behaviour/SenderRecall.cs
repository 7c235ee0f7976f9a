namespace SmartSink.Behaviour;

/// <summary>What a provider remembers about a client, for a person or a program. Times are real, whatever <c>time_scale</c> says.</summary>
public sealed record SenderRecall
{
    /// <summary>The recipient or domain that was asked about.</summary>
    public required string Recipient { get; init; }

    /// <summary>The client's address.</summary>
    public required string Client { get; init; }

    /// <summary>The entry under which the memory is kept; null when the recipient's provider does not react to senders.</summary>
    public string? Provider { get; init; }

    /// <summary>What is remembered about the client network and, where they have buckets, the sender's domain and the user.</summary>
    public IReadOnlyList<OwnerRecall> Owners { get; init; } = [];

    /// <summary>The state of the greylist for the next try; null without a greylist, and when no sender and mailbox were given.</summary>
    public GreylistRecall? Greylist { get; init; }
}

/// <summary>What is remembered about one owner of buckets. Null values are not limited.</summary>
public sealed record OwnerRecall
{
    /// <summary><c>network</c>, <c>sender_domain</c> or <c>user</c>.</summary>
    public required string By { get; init; }

    /// <summary>Its name; for a network with its prefix length.</summary>
    public required string Name { get; init; }

    /// <summary>Whether anything is remembered.</summary>
    public bool IsKnown { get; init; }

    /// <summary>How many recipients are allowed at once now, and at most.</summary>
    public CountOf? Tokens { get; init; }

    /// <summary>For how much longer it is blocked, in seconds; null when it is not.</summary>
    public double? BlockedFor { get; init; }

    /// <summary>Blocks in a row, which determine the length of the next one.</summary>
    public int Blocks { get; init; }

    /// <summary>Throttled recipients, and how many of them lead to a block.</summary>
    public CountOf? Throttled { get; init; }

    /// <summary>Permanent refusals, and the number of recipients they are a part of.</summary>
    public CountOf? Unknown { get; init; }

    /// <summary>Open connections, and how many are allowed.</summary>
    public CountOf? Connections { get; init; }

    /// <summary>Recipients in the current period of the warm-up, and how many are allowed; null when it is over.</summary>
    public CountOf? Warmup { get; init; }
}

/// <summary>A count out of a total or limit.</summary>
public sealed record CountOf(long Count, long Of);

/// <summary>The state of a greylist for the next try.</summary>
/// <param name="State"><c>unknown</c>, <c>waiting</c>, <c>ready</c> or <c>passed</c>.</param>
/// <param name="Wait">For how much longer the next try is too early, in seconds; 0 when it is not.</param>
public sealed record GreylistRecall(string State, double Wait);
