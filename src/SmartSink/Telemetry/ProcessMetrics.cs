using System.Diagnostics;
using System.Globalization;
using System.IO.Enumeration;
using SmartSink.Shared;

namespace SmartSink.Telemetry;

/// <summary>What the process takes from its machine.</summary>
internal static class ProcessMetrics
{
    private const string FileDescriptors = "/proc/self/fd";

    public static void Show(SinkMetrics metrics)
    {
        metrics.BuildInfo.WithLabels(ProductVersion.Text).Set(1);
        metrics.ProcessStartTime.Set(StartTime());
        metrics.Processors.Set(Environment.ProcessorCount);
        if (DescriptorLimit.Read() is { } most)
        {
            metrics.ProcessMaxFds.Set(most);
        }

        var hasDescriptors = Directory.Exists(FileDescriptors);
        metrics.BeforePage(() =>
        {
            metrics.ProcessCpu.IncTo(Environment.CpuUsage.TotalTime.TotalSeconds);
            metrics.ProcessResidentMemory.Set(Environment.WorkingSet);
            if (hasDescriptors)
            {
                FillOpenFds(metrics);
            }

            for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            {
                metrics.GcCollections.WithLabels(generation.ToString(CultureInfo.InvariantCulture)).IncTo(GC.CollectionCount(generation));
            }

            metrics.GcPause.IncTo(GC.GetTotalPauseDuration().TotalSeconds);
            metrics.GcAllocated.IncTo(GC.GetTotalAllocatedBytes());
            metrics.GcHeap.Set(GC.GetTotalMemory(forceFullCollection: false));
            metrics.ThreadPoolThreads.Set(ThreadPool.ThreadCount);
        });
    }

    private static double StartTime()
    {
        using var process = Process.GetCurrentProcess();
        return new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
    }

    private static void FillOpenFds(SinkMetrics metrics)
    {
        try
        {
            metrics.ProcessOpenFds.Set(CountFileDescriptors());
        }
        catch (IOException)
        {
            // To look takes one, and none is left: the other metrics are wanted all the more.
            metrics.ProcessOpenFds.Unpublish();
        }
    }

    // Names are counted without being made into strings: there may be tens of thousands.
    private static long CountFileDescriptors() =>
        new FileSystemEnumerable<byte>(FileDescriptors, static (ref FileSystemEntry _) => 0).LongCount();
}
