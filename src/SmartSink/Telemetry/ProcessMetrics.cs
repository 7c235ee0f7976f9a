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
        if (CountFileDescriptors() is { } open)
        {
            metrics.ProcessOpenFds.Set(open);
        }
        else
        {
            metrics.ProcessOpenFds.Unpublish();
        }
    }

    /// <summary>How many file descriptors are open; null where the system does not tell, or none is left to look with.</summary>
    public static long? CountFileDescriptors()
    {
        try
        {
            // Names are counted without being made into strings: there may be tens of thousands.
            return Directory.Exists(FileDescriptors) ? new FileSystemEnumerable<byte>(FileDescriptors, static (ref FileSystemEntry _) => 0).LongCount() : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>Open files and their limit, for whoever asks often: they are counted every few seconds, which with tens of thousands takes some milliseconds.</summary>
internal sealed class ProcessDescriptors(TimeProvider clock)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private long? _countedAt;
    private long? _open;

    /// <summary>How many are open; null where the system does not tell.</summary>
    public long? Open
    {
        get
        {
            lock (_gate)
            {
                if (_countedAt is not { } before || clock.GetElapsedTime(before) >= Freshness)
                {
                    (_countedAt, _open) = (clock.GetTimestamp(), ProcessMetrics.CountFileDescriptors());
                }

                return _open;
            }
        }
    }

    /// <summary>How many may be; null where there is no limit or the system does not tell.</summary>
    public int? Limit { get; } = DescriptorLimit.Read();
}
