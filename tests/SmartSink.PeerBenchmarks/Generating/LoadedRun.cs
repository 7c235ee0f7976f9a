using SmartSink.PeerBenchmarks.Measuring;

namespace SmartSink.PeerBenchmarks.Generating;

/// <summary>One run of traffic-gen against a sink that is measured.</summary>
/// <param name="ProcessorPerMessage">The sink's processor time, in microseconds.</param>
/// <param name="MessagesPerSecond">Whatever became of them.</param>
/// <param name="Report">What became of them.</param>
internal sealed record LoadedRun(double ProcessorPerMessage, double MessagesPerSecond, GeneratorReport Report)
{
    /// <summary>Sends a load, refused or not, and measures the sink meanwhile.</summary>
    /// <param name="sink">The process that is measured.</param>
    /// <param name="port">Where it listens on 127.0.0.1.</param>
    /// <param name="generator">Who sends.</param>
    /// <param name="load">What is sent.</param>
    /// <param name="flags">What the generator is told beside the load.</param>
    public static async Task<LoadedRun> MeasureAsync(int sink, int port, TrafficGenerator generator, GeneratorLoad load, IEnumerable<string> flags)
    {
        var before = ProcessReading.Of(sink);
        var report = await generator.RunAsync(port, load, flags);
        var processor = ProcessReading.Of(sink).Processor - before.Processor;
        return new LoadedRun(processor.TotalMicroseconds / load.Messages, load.Messages / report.Elapsed.TotalSeconds, report);
    }
}
