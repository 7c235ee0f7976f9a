namespace SmartSink.PeerBenchmarks.Generating;

/// <summary>What a generator is to send.</summary>
/// <param name="Bytes">The length of a message's body.</param>
/// <param name="Connections">Connections at once.</param>
/// <param name="Messages">How many over all of them.</param>
/// <param name="Kept">Whether a connection is kept for many messages.</param>
internal sealed record GeneratorLoad(int Bytes, int Connections, int Messages, bool Kept = true)
{
    /// <summary>Its name in tables.</summary>
    public string Name => $"{Bytes / 1000} kB, {(Kept ? "kept" : "one connection each")}, {Connections} sessions";
}
