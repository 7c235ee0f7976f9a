using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SmartSink.Shared;

/// <summary>
/// What the system tells of a file or folder without its being read; links are followed. On Linux two that are equal are of the same file, and
/// it was not written to in between, unless that happened within one tick of the file system's clock. Elsewhere that holds unless somebody
/// set the file's times back on purpose.
/// </summary>
/// <param name="Device">The file system; 0 where only Linux would tell.</param>
/// <param name="Node">The file's number there: another one after a rename over it, or when a link somewhere above it was swapped.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When its contents were written, which anybody may set; in ns since 1970.</param>
/// <param name="Changed">When anything about it was last changed, which only the kernel sets; in ns since 1970. Elsewhere when it was made.</param>
/// <param name="Error">Why nothing is known, as in errno(3); 0 when the rest is.</param>
internal readonly partial record struct FileStamp(ulong Device, ulong Node, ulong Size, long Modified, long Changed, int Error)
{
    /// <summary>AT_FDCWD: paths that are not absolute begin in the current folder.</summary>
    private const int CurrentFolder = -100;

    /// <summary>AT_EMPTY_PATH: the descriptor itself is meant.</summary>
    private const int Itself = 0x1000;

    /// <summary>AT_STATX_FORCE_SYNC: what a network's file system has cached does not count.</summary>
    private const int Anew = 0x2000;

    /// <summary>STATX_BASIC_STATS: all that stat(2) tells.</summary>
    private const uint All = 0x7FF;

    private const int LengthOfStatus = 256;
    private const int KindShift = 12;
    private const int PermissionBits = 0xFFF;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>What it is; <see cref="FileKind.Unknown"/> where only Linux would tell.</summary>
    public FileKind Kind { get; init; }

    /// <summary>Who may do what with it, as in chmod(1); Linux only.</summary>
    public int Permissions { get; init; }

    /// <summary>The uid of its owner; Linux only.</summary>
    public uint Owner { get; init; }

    /// <summary>In how many folders it has a name; 0 once it was deleted or another file renamed over it while somebody kept it. Linux only.</summary>
    public uint Links { get; init; }

    /// <summary>Asks the system, and through it the server of a network's file system.</summary>
    public static FileStamp Of(string path) => OperatingSystem.IsLinux() ? OfLinux(CurrentFolder, path, Anew) : OfAnySystem(path);

    /// <summary>Asks about an open file; Linux only.</summary>
    public static FileStamp Of(SafeFileHandle file) => OfLinux((int)file.DangerousGetHandle(), string.Empty, Itself);

    /// <summary>By what the platform tells on every system.</summary>
    public static FileStamp OfAnySystem(string path)
    {
        try
        {
            FileSystemInfo named = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            var info = named.ResolveLinkTarget(returnFinalTarget: true) ?? named;
            return info.Exists
                ? new FileStamp(0, 0, info is FileInfo file ? (ulong)file.Length : 0, Time(info.LastWriteTimeUtc), Time(info.CreationTimeUtc), Error: 0)
                : new FileStamp(0, 0, 0, 0, 0, Error: 2);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileStamp(0, 0, 0, 0, 0, exception.HResult);
        }

        static long Time(DateTime time) => (time - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
    }

    // statx(2), whose structure is laid out the same on all processors.
    private static unsafe FileStamp OfLinux(int folder, string path, int flags)
    {
        var status = stackalloc byte[LengthOfStatus];
        if (GetStatus(folder, path, flags, All, status) != 0)
        {
            return new FileStamp(0, 0, 0, 0, 0, Marshal.GetLastPInvokeError());
        }

        var mode = *(ushort*)(status + 28);
        return new FileStamp(*(ulong*)(status + 136), *(ulong*)(status + 32), *(ulong*)(status + 40), Time(status + 112), Time(status + 96), Error: 0)
        {
            Kind = (FileKind)(mode >> KindShift),
            Permissions = mode & PermissionBits,
            Owner = *(uint*)(status + 20),
            Links = *(uint*)(status + 16),
        };

        static long Time(byte* time) => (*(long*)time * NanosecondsPerSecond) + *(uint*)(time + 8);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int GetStatus(int folder, string path, int flags, uint mask, byte* status);
}

/// <summary>What a path can lead to; the numbers are those of inode(7).</summary>
internal enum FileKind
{
    Unknown = 0,
    Fifo = 1,
    CharacterDevice = 2,
    Folder = 4,
    BlockDevice = 6,
    Regular = 8,
    Socket = 12,
}
