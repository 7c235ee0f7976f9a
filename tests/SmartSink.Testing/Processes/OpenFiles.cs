using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SmartSink.Testing.Processes;

/// <summary>The open files of a process that runs, and its limit on them (prlimit(2)).</summary>
public static unsafe partial class OpenFiles
{
    /// <summary>RLIMIT_NOFILE, on the processors that .NET runs on.</summary>
    private const int Limit = 7;

    /// <summary>Lowers the limit until the process can open nothing more.</summary>
    /// <returns>The limit before, for <see cref="Allow"/>.</returns>
    /// <exception cref="Win32Exception">There is no such process, or it is another user's.</exception>
    public static long Exhaust(int process)
    {
        // The kernel takes the lowest descriptor that is free, and refuses it when the limit is not above it.
        var open = Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)).ToHashSet();
        return Allow(process, Enumerable.Range(0, int.MaxValue).First(descriptor => !open.Contains(descriptor)));
    }

    /// <summary>Sets the limit; how far it can be raised stays as it is.</summary>
    /// <returns>The limit before.</returns>
    /// <exception cref="Win32Exception">There is no such process, or it is another user's.</exception>
    public static long Allow(int process, long limit)
    {
        var before = stackalloc long[2];
        Set(process, null, before);
        var after = stackalloc long[] { limit, before[1] };
        Set(process, after, null);
        return before[0];
    }

    private static void Set(int process, long* after, long* before)
    {
        if (SetLimit(process, Limit, after, before) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int SetLimit(int process, int resource, long* after, long* before);
}
