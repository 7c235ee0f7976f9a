namespace SmartSink.TrafficGen;

/// <summary>How a run ended.</summary>
internal enum TrafficEnd
{
    /// <summary>The duration or the number of messages was reached.</summary>
    Complete,

    /// <summary>A message failed, and the run was not to keep going.</summary>
    Failed,

    /// <summary>It was asked to end.</summary>
    Cancelled,
}
