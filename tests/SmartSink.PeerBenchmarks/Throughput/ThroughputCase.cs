namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>One way of loading a sink.</summary>
/// <param name="Octets">The length of a message's body.</param>
/// <param name="Kept">Whether a connection is kept for many messages.</param>
/// <param name="Sessions">Connections at once.</param>
/// <param name="Messages">Messages in a run.</param>
internal sealed record ThroughputCase(int Octets, bool Kept, int Sessions, int Messages)
{
    /// <summary>Its name in the table.</summary>
    public string Name => $"{Octets / 1000} kB, {(Kept ? "kept" : "one connection each")}, {Sessions} sessions";

    /// <summary>The cases for a number of sessions.</summary>
    /// <param name="sessions">Connections at once.</param>
    /// <param name="share">What part of a full run's messages to send.</param>
    public static IEnumerable<ThroughputCase> All(int sessions, double share) =>
    [
        new(1000, true, sessions, (int)(30_000 * share)),
        new(1000, false, sessions, (int)(10_000 * share)),
        new(100_000, true, sessions, (int)(8_000 * share)),
        new(100_000, false, sessions, (int)(5_000 * share)),
    ];
}
