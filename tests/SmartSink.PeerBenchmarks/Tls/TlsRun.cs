using System.Diagnostics;
using SmartSink.PeerBenchmarks.Measuring;

namespace SmartSink.PeerBenchmarks.Tls;

/// <summary>What one run cost a server.</summary>
/// <param name="ProcessorEach">Microseconds of processor time for each message or connection.</param>
/// <param name="PerSecond">Messages or connections per second.</param>
/// <param name="Detail">What the client saw: the cipher, the octets received.</param>
internal sealed record TlsRun<T>(double ProcessorEach, double PerSecond, T Detail)
{
    /// <summary>Runs it.</summary>
    /// <param name="process">The server.</param>
    /// <param name="count">How many messages or connections the action makes.</param>
    /// <param name="action">What is measured.</param>
    public static TlsRun<T> Measure(int process, int count, Func<T> action)
    {
        var before = ProcessReading.Of(process);
        var started = Stopwatch.GetTimestamp();
        var detail = action();
        var elapsed = Stopwatch.GetElapsedTime(started);
        return new TlsRun<T>((ProcessReading.Of(process).Processor - before.Processor).TotalMicroseconds / count, count / elapsed.TotalSeconds, detail);
    }
}
