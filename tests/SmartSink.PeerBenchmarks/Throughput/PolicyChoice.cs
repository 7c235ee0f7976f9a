namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>What SmartSink answers while it is measured.</summary>
internal enum PolicyChoice
{
    /// <summary>Rates of 0; the load is smtp-source, which gives up when it is refused.</summary>
    Accepting,

    /// <summary>The shipped policy at its own rates; the load is traffic-gen.</summary>
    Shipped,
}
