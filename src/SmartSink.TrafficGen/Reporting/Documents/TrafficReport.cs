namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>What a run came to: the JSON file, and what the text at the end is made of. Times of stages are milliseconds.</summary>
internal sealed record TrafficReport
{
    /// <summary>The run's id, as in its messages.</summary>
    public required string RunId { get; init; }

    /// <summary>Where the mail went.</summary>
    public required string Target { get; init; }

    /// <summary>The most connections at once that were asked for.</summary>
    public required int Concurrency { get; init; }

    /// <summary>What the run's draws began with.</summary>
    public required ulong Seed { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>How long it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>How it ended: <c>complete</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string End { get; init; }

    /// <summary>Why no further try could have helped: what the server does not offer, or has refused. Null when that did not end the run.</summary>
    public string? Reason { get; init; }

    /// <summary>Messages by what became of them.</summary>
    public required MessageTotals Messages { get; init; }

    /// <summary>Accepted messages over time.</summary>
    public required RateFigures Rate { get; init; }

    /// <summary>The octets of accepted messages.</summary>
    public required long Bytes { get; init; }

    /// <summary>Recipients by outcome, over all domains.</summary>
    public required OutcomeTotals Recipients { get; init; }

    /// <summary>Recipients by the answer's stage and code.</summary>
    public required IReadOnlyList<AnswerTotal> Answers { get; init; }

    /// <summary>Recipients by domain.</summary>
    public required IReadOnlyList<DomainTotal> Domains { get; init; }

    /// <summary>How many connections were established.</summary>
    public required long Connections { get; init; }

    /// <summary>Connections that failed, by why and where.</summary>
    public required IReadOnlyList<FaultTotal> Faults { get; init; }

    /// <summary>What each stage took; those that never happened are left out.</summary>
    public required IReadOnlyList<LatencyFigures> Latency { get; init; }

    /// <summary>The conditions of --fail-if.</summary>
    public IReadOnlyList<ConditionResult> FailIf { get; init; } = [];

    /// <summary>The comparison with the sink; null without --verify.</summary>
    public VerifyReport? Verify { get; init; }

    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; init; }
}
