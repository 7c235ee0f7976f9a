using SmartSink.TrafficGen.Reporting;

namespace SmartSink.TrafficGen.Display;

/// <summary>How a run stands at one moment.</summary>
/// <param name="Elapsed">Since its beginning.</param>
/// <param name="PerSecond">Messages accepted in a second, since the sample before.</param>
/// <param name="Accepted">Messages accepted.</param>
/// <param name="Failed">Messages refused or given up.</param>
/// <param name="Retried">Tries that were lost.</param>
/// <param name="Recipients">By outcome.</param>
/// <param name="Faults">Of connections.</param>
/// <param name="Connections">Open now.</param>
/// <param name="P50">Of the whole transaction, since the beginning.</param>
/// <param name="P99">Of the whole transaction, since the beginning.</param>
/// <param name="Done">The part of the run that is done, 0 to 1; null when no end is known.</param>
internal sealed record ProgressSample(
    TimeSpan Elapsed,
    double PerSecond,
    long Accepted,
    long Failed,
    long Retried,
    RecipientCounts Recipients,
    long Faults,
    long Connections,
    TimeSpan P50,
    TimeSpan P99,
    double? Done);
