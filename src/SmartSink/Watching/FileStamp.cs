using System.Runtime.InteropServices;

namespace SmartSink.Watching;

/// <summary>
/// What the kernel tells of a file or folder without its being read; links are followed. Two that are equal are of the same file, and it was
/// not written to in between, unless that happened within one tick of the file system's clock.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Node">The file's number there: another one after a rename over it, or when a link somewhere above it was swapped.</param>
/// <param name="Size">In octets.</param>
/// <param name="Modified">When its contents were written, which anybody may set; in ns since 1970.</param>
/// <param name="Changed">When anything about it was last changed, which only the kernel sets; in ns since 1970.</param>
/// <param name="Error">Why nothing is known, as in errno(3); 0 when the rest is.</param>
internal readonly partial record struct FileStamp(ulong Device, ulong Node, ulong Size, long Modified, long Changed, int Error)
{
    /// <summary>AT_FDCWD: paths that are not absolute begin in the current folder.</summary>
    private const int CurrentFolder = -100;

    /// <summary>AT_STATX_FORCE_SYNC: what a network's file system has cached does not count.</summary>
    private const int Anew = 0x2000;

    /// <summary>STATX_BASIC_STATS: all that stat(2) tells.</summary>
    private const uint All = 0x7FF;

    private const int LengthOfStatus = 256;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Asks the kernel, and through it the server of a network's file system (statx(2)).</summary>
    public static unsafe FileStamp Of(string path)
    {
        // The layout of struct statx is the same on all processors.
        var status = stackalloc byte[LengthOfStatus];
        if (GetStatus(CurrentFolder, path, Anew, All, status) != 0)
        {
            return new FileStamp(0, 0, 0, 0, 0, Marshal.GetLastPInvokeError());
        }

        return new FileStamp(*(ulong*)(status + 136), *(ulong*)(status + 32), *(ulong*)(status + 40), Time(status + 112), Time(status + 96), Error: 0);
    }

    private static unsafe long Time(byte* time) => (*(long*)time * NanosecondsPerSecond) + *(uint*)(time + 8);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int GetStatus(int folder, string path, int flags, uint mask, byte* status);
}
