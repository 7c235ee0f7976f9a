using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using SmartSink.Shared;

namespace SmartSink.Transport;

/// <summary>Where a Unix socket is to listen, and for whom.</summary>
/// <param name="Path">At most 107 bytes of UTF-8.</param>
/// <param name="Mode">Its mode.</param>
/// <param name="Owner"><c>user</c>, <c>user:group</c> or <c>:group</c>, by names or numbers; null for the process's own.</param>
internal sealed record UnixSocketPlace(string Path, UnixFileMode Mode, string? Owner)
{
    /// <summary>As a setting has it.</summary>
    public override string ToString() => $"unix:{Path}";
}

/// <summary>
/// A Unix socket (unix(7)) that listens. Its file goes when it is disposed of, before it is closed, and only if it is still its own: the
/// runtime would remove whatever has the name by then, which is why that does not know of the file. Linux only.
/// </summary>
internal sealed partial class UnixListenSocket : Socket
{
    private const int FamilyUnix = 1;
    private const int Stream = 1;
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;
    private const int InUse = 98;
    private const uint Unchanged = uint.MaxValue;

    private readonly string _path;
    private readonly FileStamp _file;

    private UnixListenSocket(SafeSocketHandle handle, string path)
        : base(handle)
    {
        _path = path;
        _file = FileStamp.Of(path);
    }

    /// <summary>
    /// Listens. What was left at the path by a process that was killed is removed. Nobody can connect before mode and owner are right:
    /// a bound socket refuses until it listens.
    /// </summary>
    /// <exception cref="ListenException">The path is somebody else's or not to be written, or the owner is not there or not to be given.</exception>
    public static Socket Open(UnixSocketPlace place)
    {
        RemoveStale(place);
        var handle = Bind(place);
        UnixListenSocket? socket = null;
        try
        {
            socket = new UnixListenSocket(handle, place.Path);
            SetMode(place);

            if (place.Owner is { } owner)
            {
                GiveTo(owner, place);
            }

            socket.Listen(ListenSocket.LongestBacklog);
            return socket;
        }
        catch (SocketException exception)
        {
            Undo();
            throw new ListenException(place, exception.Message, exception);
        }
        catch (ListenException)
        {
            Undo();
            throw;
        }

        void Undo()
        {
            socket?.Dispose();
            handle.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            RemoveOwn();
        }

        base.Dispose(disposing);
    }

    private void RemoveOwn()
    {
        var now = FileStamp.Of(_path);
        if (now.Error == 0 && (now.Device, now.Node) == (_file.Device, _file.Node))
        {
            try
            {
                File.Delete(_path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The folder is not ours to write any more: the next start finds a socket on which nobody listens.
            }
        }
    }

    private static void RemoveStale(UnixSocketPlace place)
    {
        var stamp = FileStamp.Of(place.Path);
        if (stamp.Error != 0)
        {
            // Nothing is there, or what is there is hidden from us; then binding fails.
            return;
        }

        if (stamp.Kind != FileKind.Socket || new FileInfo(place.Path).LinkTarget is not null)
        {
            throw new ListenException(place, "the path exists and is not a socket");
        }

        switch (TryConnect(place.Path))
        {
            case SocketError.ConnectionRefused:
                Remove(place);
                break;
            case SocketError.AccessDenied:
                throw new ListenException(place, $"a socket is already there, perhaps another process's: {RegularFile.WhyDenied(place.Path)}");
            default:
                throw new ListenException(place, "another process is listening there");
        }
    }

    private static SocketError TryConnect(string path)
    {
        // Without waiting: the queue of whoever listens may be full.
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            client.Connect(new UnixDomainSocketEndPoint(path));
            return SocketError.Success;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode;
        }
    }

    private static void Remove(UnixSocketPlace place)
    {
        try
        {
            File.Delete(place.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ListenException(place, $"no process listens on the existing socket, but it cannot be removed: {exception.Message}", exception);
        }
    }

    private static SafeSocketHandle Bind(UnixSocketPlace place)
    {
        var handle = new SafeSocketHandle(OpenDescriptor(FamilyUnix, Stream | Libc.CLOEXEC, 0), ownsHandle: true);
        var error = handle.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        if (error == 0)
        {
            Span<byte> address = new byte[sizeof(ushort) + Encoding.UTF8.GetByteCount(place.Path) + 1];
            MemoryMarshal.Write(address, (ushort)FamilyUnix);
            Encoding.UTF8.GetBytes(place.Path, address[sizeof(ushort)..]);
            error = BindDescriptor(handle, address, address.Length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }

        if (error == 0)
        {
            return handle;
        }

        handle.Dispose();
        var folder = Path.GetDirectoryName(Path.GetFullPath(place.Path))!;
        throw new ListenException(place, error switch
        {
            NotPermitted or AccessDenied => $"{folder}: {RegularFile.WhyDenied(folder)}",
            InUse => "the path is in use",
            _ when !Directory.Exists(folder) => $"there is no folder {folder}",
            _ => Marshal.GetPInvokeErrorMessage(error),
        });
    }

    private static void SetMode(UnixSocketPlace place)
    {
        try
        {
            // Windows has no modes, and no listener of this kind.
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(place.Path, place.Mode);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ListenException(place, $"cannot set its mode: {exception.Message}", exception);
        }
    }

    private static void GiveTo(string owner, UnixSocketPlace place)
    {
        var (user, group) = owner.Split(':') is [var first, var second] ? (first, second) : (owner, string.Empty);
        if (ChangeOwner(place.Path, NumberOf(user, "user", FindUser), NumberOf(group, "group", FindGroup)) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw OwnerAtFault(error == NotPermitted
                ? $"this process may not change the owner of the socket to {owner}: only root may, and others may choose among their own groups"
                : $"cannot change the owner of the socket to {owner}: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        uint NumberOf(string name, string what, Func<string, nint> find)
        {
            if (name.Length == 0)
            {
                return Unchanged;
            }

            if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }

            // struct passwd and struct group both begin with two pointers, to name and password, and then the number.
            var entry = find(name);
            return entry != 0 ? (uint)Marshal.ReadInt32(entry, 2 * nint.Size) : throw OwnerAtFault($"there is no {what} {name}");
        }

        ListenException OwnerAtFault(string reason) => new(place, reason) { Key = ListenException.OwnerKey };
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenDescriptor(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int BindDescriptor(SafeHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint FindUser(string name);

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint FindGroup(string name);
}
