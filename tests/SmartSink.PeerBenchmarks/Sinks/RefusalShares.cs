namespace SmartSink.PeerBenchmarks.Sinks;

/// <summary>How often a sink refuses, in recipients of 10,000.</summary>
/// <param name="Refused">Refused on a connection that goes on.</param>
/// <param name="Closed">Met by the end of the connection.</param>
internal sealed record RefusalShares(long Refused, long Closed)
{
    private const int Chances = 10_000;

    /// <summary>The shares of what was counted.</summary>
    /// <param name="refused">Recipients that were answered with other than 2yz, those whose connection was closed among them.</param>
    /// <param name="closed">Connections that the sink closed.</param>
    /// <param name="recipients">All of them, each attempt for itself.</param>
    public static RefusalShares Of(long refused, long closed, long recipients) =>
        new((refused - closed) * Chances / recipients, closed * Chances / recipients);
}
