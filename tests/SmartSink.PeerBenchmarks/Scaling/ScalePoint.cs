using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;

namespace SmartSink.PeerBenchmarks.Scaling;

/// <summary>A sink's medians at one size.</summary>
/// <param name="Sink">Its name.</param>
/// <param name="Size">How many connections or domains.</param>
/// <param name="MessagesPerSecond">Whatever became of them.</param>
/// <param name="ProcessorPerMessage">In microseconds.</param>
internal sealed record ScalePoint(string Sink, int Size, double MessagesPerSecond, double ProcessorPerMessage)
{
    /// <summary>The medians of several runs.</summary>
    public static ScalePoint Of(string sink, int size, IReadOnlyList<LoadedRun> runs) => new(
        sink, size, Median.Of(runs.Select(run => run.MessagesPerSecond)), Median.Of(runs.Select(run => run.ProcessorPerMessage)));
}
