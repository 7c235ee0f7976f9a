using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SmartSink.Watching;

/// <summary>
/// Knows whether somebody is still writing to one of some files: who has written and not closed it. By inotify(7), asked without waiting. Where
/// that does not tell, on other systems and for files of a network, it knows of nobody.
/// </summary>
internal sealed partial class OpenWriters : IDisposable
{
    private const int Modified = 0x2;
    private const int ClosedAfterWriting = 0x8;
    private const int Overflow = 0x4000;
    private const int Gone = 0x8000;

    /// <summary>IN_NONBLOCK and IN_CLOEXEC.</summary>
    private const int AtOnce = 0x800 | 0x80000;

    private const int HeaderLength = 16;
    private const int BufferLength = 4096;

    private readonly SafeFileHandle? _events = Open();
    private readonly HashSet<int> _writing = [];
    private HashSet<int> _followed = [];

    /// <summary>Follows files, and no others any more. By their inodes: whoever renames another over one has to be followed anew.</summary>
    public void Follow(IReadOnlyList<string> files)
    {
        if (_events is null)
        {
            return;
        }

        var followed = files.Select(file => AddWatch(_events, file, Modified | ClosedAfterWriting)).Where(watch => watch >= 0).ToHashSet();
        foreach (var watch in _followed.Except(followed))
        {
            _ = RemoveWatch(_events, watch);
        }

        _followed = followed;
        _writing.IntersectWith(followed);
    }

    /// <summary>Whether somebody has written to one of the files and has it open still.</summary>
    public unsafe bool Any()
    {
        if (_events is null)
        {
            return false;
        }

        var buffer = stackalloc byte[BufferLength];
        while (Read(_events, buffer, BufferLength) is > 0 and var length)
        {
            for (nint at = 0; at < length; at += HeaderLength + *(int*)(buffer + at + 12))
            {
                Take(*(int*)(buffer + at), *(int*)(buffer + at + 4));
            }
        }

        return _writing.Count > 0;
    }

    public void Dispose() => _events?.Dispose();

    private void Take(int watch, int what)
    {
        if ((what & Overflow) != 0)
        {
            _writing.Clear();
        }
        else if ((what & (ClosedAfterWriting | Gone)) != 0)
        {
            _writing.Remove(watch);
        }
        else if (_followed.Contains(watch))
        {
            _writing.Add(watch);
        }
    }

    private static SafeFileHandle? Open()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var events = new SafeFileHandle(Init(AtOnce), ownsHandle: true);
        if (!events.IsInvalid)
        {
            return events;
        }

        events.Dispose();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Init(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int AddWatch(SafeFileHandle events, string path, int what);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RemoveWatch(SafeFileHandle events, int watch);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint Read(SafeFileHandle events, byte* buffer, nint length);
}
