using System.Runtime.InteropServices;
using SmartSink.Watching;

namespace SmartSink.Resting;

/// <summary>Memory of the process that nothing needs for now.</summary>
internal static unsafe partial class IdleMemory
{
    private const string Mappings = "/proc/self/smaps";

    /// <summary>MADV_DONTNEED: pages are dropped, and read from their file anew when they are touched (madvise(2)).</summary>
    private const int Drop = 4;

    private static readonly delegate* unmanaged<nuint, int> Trim = FindTrim();

    /// <summary>
    /// Gives it back to the system: garbage, what the native heap has free, and pages of code and metadata, which were mostly of use at the
    /// start alone. Those stay in the system's page cache, from where the next touch takes them again.
    /// </summary>
    public static void GiveBack()
    {
        LoadGarbage.GiveBack();

        // The finalizers' thread also frees what the compiler keeps for its next method, when it is asked twice with seconds in between.
        GC.WaitForPendingFinalizers();
        if (Trim is not null)
        {
            _ = Trim(0);
        }

        DropUnwritten();
    }

    // Each mapping at once when it was read: what is unmapped in between, a moment later another's memory may stand there.
    private static void DropUnwritten()
    {
        try
        {
            using var smaps = File.OpenRead(Mappings);
            foreach (var (start, end) in UnwrittenMappings.In(smaps))
            {
                _ = Advise((void*)start, end - start, Drop);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where the kernel does not tell, nothing is dropped.
        }
    }

    // Of the C libraries the GNU one alone has it.
    private static delegate* unmanaged<nuint, int> FindTrim() =>
        NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "malloc_trim", out var address)
            ? (delegate* unmanaged<nuint, int>)address
            : null;

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* start, nuint length, int advice);
}
