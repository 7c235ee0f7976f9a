using System.Diagnostics;
using SmartSink.PeerBenchmarks.Generating;
using SmartSink.PeerBenchmarks.Measuring;
using SmartSink.PeerBenchmarks.Sinks;
using SmartSink.Testing.Processes;

namespace SmartSink.PeerBenchmarks.Throughput;

/// <summary>One run of smtp-source against one sink.</summary>
/// <param name="ProcessorPerMessage">The sink's processor time, in microseconds.</param>
/// <param name="MessagesPerSecond">By smtp-source's own duration.</param>
internal sealed record ThroughputRun(double ProcessorPerMessage, double MessagesPerSecond)
{
    /// <summary>Sends a case's messages and measures the sink meanwhile.</summary>
    /// <exception cref="InvalidOperationException">smtp-source was refused or cut off.</exception>
    public static async Task<ThroughputRun> MeasureAsync(ISink sink, ThroughputCase load)
    {
        var messages = load.To(sink).Messages;
        var command = new SmtpSource().Command(sink.Port, load.To(sink));
        var before = ProcessReading.Of(sink.ProcessId);
        var started = Stopwatch.GetTimestamp();
        var result = await Tool.RunAsync(command[0], command.Skip(1), timeout: TimeSpan.FromMinutes(10));
        var elapsed = Stopwatch.GetElapsedTime(started);
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"smtp-source to {sink.Name}: {result}");
        }

        var processor = ProcessReading.Of(sink.ProcessId).Processor - before.Processor;
        return new ThroughputRun(processor.TotalMicroseconds / messages, messages / elapsed.TotalSeconds);
    }
}
