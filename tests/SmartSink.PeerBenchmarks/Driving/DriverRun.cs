using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Sinks;

namespace SmartSink.PeerBenchmarks.Driving;

/// <summary>One run of the driver against one sink.</summary>
/// <param name="ProcessorPerMessage">The sink's processor time, in microseconds.</param>
/// <param name="MessagesPerSecond">Whatever became of them.</param>
/// <param name="Result">What became of them.</param>
internal sealed record DriverRun(double ProcessorPerMessage, double MessagesPerSecond, DriverResult Result)
{
    /// <summary>Measures one run over the connections that a driver has open.</summary>
    public static async Task<DriverRun> MeasureAsync(ISink sink, LoadDriver driver, int messages)
    {
        var before = ProcessReading.Of(sink.ProcessId);
        var result = await driver.RunAsync(messages);
        var processor = ProcessReading.Of(sink.ProcessId).Processor - before.Processor;
        return new DriverRun(processor.TotalMicroseconds / messages, messages / result.Elapsed.TotalSeconds, result);
    }
}
