using System.Globalization;

namespace SmartSink.PeerBenchmarks.Measuring;

/// <summary>What the kernel tells of a process at one moment (Linux).</summary>
/// <param name="Processor">User and system time of all its threads; the kernel counts in hundredths of a second.</param>
/// <param name="Resident">Octets of memory in use, VmRSS.</param>
/// <param name="Anonymous">Those of them that are of no file, RssAnon.</param>
/// <param name="PeakResident">The most there ever were, VmHWM.</param>
internal sealed record ProcessReading(TimeSpan Processor, long Resident, long Anonymous, long PeakResident)
{
    // USER_HZ is 100 on every architecture that .NET runs on.
    private const int TicksPerSecond = 100;

    /// <summary>Reads /proc/PID/stat and /proc/PID/status.</summary>
    public static ProcessReading Of(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // The name, in brackets, may hold blanks; utime and stime are the 12th and 13th field behind it.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = Number(fields[11]) + Number(fields[12]);
        var status = File.ReadAllLines($"/proc/{process}/status");
        return new ProcessReading(
            TimeSpan.FromSeconds((double)ticks / TicksPerSecond), Kilobytes(status, "VmRSS:"), Kilobytes(status, "RssAnon:"), Kilobytes(status, "VmHWM:"));
    }

    /// <summary>The most memory that a process has had in use, VmHWM; null when it has ended.</summary>
    public static long? PeakOf(int process)
    {
        try
        {
            return Kilobytes(File.ReadAllLines($"/proc/{process}/status"), "VmHWM:");
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // Of a process that has ended but is not yet reaped the kernel tells everything but its memory.
            return null;
        }
    }

    private static long Kilobytes(string[] status, string name)
    {
        var line = status.First(line => line.StartsWith(name, StringComparison.Ordinal));
        return Number(line[name.Length..].Replace("kB", string.Empty, StringComparison.Ordinal).Trim()) * 1024;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
