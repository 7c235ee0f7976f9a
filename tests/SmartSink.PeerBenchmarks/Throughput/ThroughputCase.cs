using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>One way of loading a sink.</summary>
/// <param name="Bytes">The length of a message's body.</param>
/// <param name="Kept">Whether a connection is kept for many messages.</param>
/// <param name="Sessions">Connections at once.</param>
/// <param name="Messages">Messages in a run.</param>
/// <param name="SlowMessages">Messages in a run of smtp-sink, whose processor time per message shows with fewer.</param>
internal sealed record ThroughputCase(int Bytes, bool Kept, int Sessions, int Messages, int SlowMessages)
{
    /// <summary>Its name in the table.</summary>
    public string Name => Load(Messages).Name;

    /// <summary>The cases for a number of sessions; a run takes about two seconds on two processors.</summary>
    /// <param name="sessions">Connections at once.</param>
    /// <param name="share">What part of a full run's messages to send.</param>
    public static IEnumerable<ThroughputCase> All(int sessions, double share) =>
    [
        new(1_000, true, sessions, (int)(40_000 * share), (int)(30_000 * share)),
        new(1_000, false, sessions, (int)(15_000 * share), (int)(12_000 * share)),
        new(100_000, true, sessions, (int)(20_000 * share), (int)(4_000 * share)),
        new(100_000, false, sessions, (int)(8_000 * share), (int)(3_000 * share)),
    ];

    /// <summary>What a run sends to this sink.</summary>
    public GeneratorLoad To(ISink sink) => Load(sink.Name == SinkNames.SmtpSink ? SlowMessages : Messages);

    private GeneratorLoad Load(int messages) => new(Bytes, Sessions, messages, Kept);
}
