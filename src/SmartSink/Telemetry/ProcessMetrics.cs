using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.IO.Enumeration;

namespace SmartSink.Telemetry;

/// <summary>What the process takes from its machine.</summary>
internal sealed class ProcessMetrics
{
    private const string FileDescriptors = "/proc/self/fd";

    public ProcessMetrics(IMeterFactory factory)
    {
        var meter = factory.CreateSinkMeter();
        var version = ProductVersion.Text;
        meter.Observe<long>(MetricCatalog.BuildInfo, () => [1L.With("version", version)]);
        meter.ObserveOne(MetricCatalog.ProcessCpu, () => Environment.CpuUsage.TotalTime.TotalSeconds);
        meter.ObserveOne(MetricCatalog.ProcessResidentMemory, () => Environment.WorkingSet);
        var started = StartTime();
        meter.ObserveOne(MetricCatalog.ProcessStartTime, () => started);
        if (Directory.Exists(FileDescriptors))
        {
            meter.Observe(MetricCatalog.ProcessOpenFds, ReadOpenFds);
        }

        meter.Observe<long>(MetricCatalog.GcCollections, ReadCollections);
        meter.ObserveOne(MetricCatalog.GcPause, () => GC.GetTotalPauseDuration().TotalSeconds);
        meter.ObserveOne(MetricCatalog.GcAllocated, () => GC.GetTotalAllocatedBytes());
        meter.ObserveOne(MetricCatalog.GcHeap, () => GC.GetTotalMemory(forceFullCollection: false));
        meter.ObserveOne(MetricCatalog.ThreadPoolThreads, () => (long)ThreadPool.ThreadCount);
    }

    private static double StartTime()
    {
        using var process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }

    private static IEnumerable<Measurement<long>> ReadOpenFds()
    {
        try
        {
            return [new Measurement<long>(CountFileDescriptors())];
        }
        catch (IOException)
        {
            // To look takes one, and none is left: the other metrics are wanted all the more.
            return [];
        }
    }

    // Names are counted without being made into strings: there may be tens of thousands.
    private static long CountFileDescriptors() =>
        new FileSystemEnumerable<byte>(FileDescriptors, static (ref FileSystemEntry _) => 0).LongCount();

    private static IEnumerable<Measurement<long>> ReadCollections() =>
        Enumerable.Range(0, GC.MaxGeneration + 1)
            .Select(generation => ((long)GC.CollectionCount(generation)).With("generation", generation.ToString(CultureInfo.InvariantCulture)));
}
