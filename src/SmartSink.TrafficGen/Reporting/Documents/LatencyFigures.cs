using System.Text.Json.Serialization;
using SmartSink.TrafficGen.Reporting.Latency;

namespace SmartSink.TrafficGen.Reporting.Documents;

/// <summary>What a stage took, in milliseconds. Least, mean and most are exact, percentiles at most 0.8 % off.</summary>
internal sealed record LatencyFigures
{
    /// <summary>Which stage.</summary>
    public required string Stage { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }

    /// <summary>The least.</summary>
    public required double Min { get; init; }

    /// <summary>The mean.</summary>
    public required double Mean { get; init; }

    /// <summary>Half stayed within it.</summary>
    public required double P50 { get; init; }

    /// <summary>75 percent stayed within it.</summary>
    public required double P75 { get; init; }

    /// <summary>90 percent stayed within it.</summary>
    public required double P90 { get; init; }

    /// <summary>95 percent stayed within it.</summary>
    public required double P95 { get; init; }

    /// <summary>99 percent stayed within it.</summary>
    public required double P99 { get; init; }

    /// <summary>99.9 percent stayed within it.</summary>
    [JsonPropertyName("p99.9")]
    public required double P999 { get; init; }

    /// <summary>The most.</summary>
    public required double Max { get; init; }

    /// <summary>The figures of a distribution.</summary>
    public static LatencyFigures Of(TrafficStage stage, LatencySummary summary) => new()
    {
        Stage = Words.For(stage),
        Count = summary.Count,
        Min = summary.Least.TotalMilliseconds,
        Mean = summary.Mean.TotalMilliseconds,
        P50 = summary.Percentile(50).TotalMilliseconds,
        P75 = summary.Percentile(75).TotalMilliseconds,
        P90 = summary.Percentile(90).TotalMilliseconds,
        P95 = summary.Percentile(95).TotalMilliseconds,
        P99 = summary.Percentile(99).TotalMilliseconds,
        P999 = summary.Percentile(99.9).TotalMilliseconds,
        Max = summary.Most.TotalMilliseconds,
    };
}
