namespace SmartSink.TrafficGen.Reporting;

/// <summary>What a run has counted.</summary>
internal sealed record TrafficCounts
{
    /// <summary>Connections established.</summary>
    public required long ConnectionsMade { get; init; }

    /// <summary>Of these, those that have ended.</summary>
    public required long ConnectionsEnded { get; init; }

    /// <summary>Messages accepted for at least one recipient.</summary>
    public required long Accepted { get; init; }

    /// <summary>The octets of these.</summary>
    public required long Bytes { get; init; }

    /// <summary>Messages refused for all recipients.</summary>
    public required long Refused { get; init; }

    /// <summary>Transactions lost to a fault whose message was tried again.</summary>
    public required long Retried { get; init; }

    /// <summary>Messages lost to a fault.</summary>
    public required long GivenUp { get; init; }

    /// <summary>Recipients by what they were answered, in the order of domain, stage and code.</summary>
    public required IReadOnlyList<(Answer Answer, long Count)> Answers { get; init; }

    /// <summary>Faults of connections.</summary>
    public required IReadOnlyList<(TrafficFault Fault, TrafficStage Stage, long Count)> Faults { get; init; }

    /// <summary>Recipients by outcome.</summary>
    public RecipientCounts Recipients => Answers.Aggregate(default(RecipientCounts), (sum, pair) => sum + pair.Answer.Times(pair.Count));
}
