using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>One run of traffic-gen against one sink.</summary>
/// <param name="ProcessorPerMessage">The sink's processor time, in microseconds.</param>
/// <param name="MessagesPerSecond">Whatever became of them.</param>
/// <param name="Report">What became of them.</param>
internal sealed record ShippedRun(double ProcessorPerMessage, double MessagesPerSecond, GeneratorReport Report)
{
    /// <summary>Sends a load to these domains alike and measures the sink meanwhile.</summary>
    public static async Task<ShippedRun> MeasureAsync(ISink sink, TrafficGenerator generator, GeneratorLoad load, IReadOnlyList<string> domains)
    {
        var before = ProcessReading.Of(sink.ProcessId);
        var report = await generator.RunAsync(sink.Port, load, domains);
        var processor = ProcessReading.Of(sink.ProcessId).Processor - before.Processor;
        return new ShippedRun(processor.TotalMicroseconds / load.Messages, load.Messages / report.Elapsed.TotalSeconds, report);
    }
}
