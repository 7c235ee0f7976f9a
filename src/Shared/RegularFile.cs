using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SmartSink.Shared;

/// <summary>
/// Opens and reads the files that people name. Only regular files are opened, links followed: a FIFO would keep its reader waiting for a
/// writer, and a device may have no end. (Only Linux tells what a file is; elsewhere the limit on its size holds alone.)
/// </summary>
internal static partial class RegularFile
{
    /// <summary>The unit in which limits are set and told.</summary>
    public const int Megabyte = 1_000_000;

    private const int SmallestBuffer = 4096;

    /// <summary>O_RDONLY, O_NONBLOCK, O_NOCTTY and O_CLOEXEC.</summary>
    private const int ReadOnlyAtOnce = 0x800 | 0x100 | 0x80000;

    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int AccessDenied = 13;
    private const int NotAFolder = 20;

    /// <summary>Opens a file to be read.</summary>
    /// <exception cref="FileException">It is not there, not ours to read, or no regular file.</exception>
    public static SafeFileHandle Open(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return OpenOnLinux(path);
        }

        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FileException(
                Directory.Exists(path) ? "it is a folder"
                : exception is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                : exception is UnauthorizedAccessException ? "permission denied"
                : exception.Message,
                exception);
        }
    }

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have, up to 2 GB less a few.</param>
    /// <exception cref="FileException">It is not there, not ours to read, no regular file, or larger.</exception>
    public static byte[] ReadAllBytes(string path, long limit)
    {
        using var file = Open(path);
        try
        {
            return Read(file, limit);
        }
        catch (Exception exception) when (exception is (IOException and not FileException) or UnauthorizedAccessException or NotSupportedException)
        {
            throw new FileException(exception.Message, exception);
        }
    }

    /// <summary>Reads a whole file of UTF-8; a byte order mark is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes that it may have.</param>
    /// <exception cref="FileException">It is not there, not ours to read, no regular file, larger, or not UTF-8.</exception>
    public static string ReadAllText(string path, long limit)
    {
        var content = ReadAllBytes(path, limit).AsSpan();
        try
        {
            return Strict.GetString(content.StartsWith(Strict.Preamble) ? content[Strict.Preamble.Length..] : content);
        }
        catch (DecoderFallbackException exception)
        {
            throw new FileException("it is not UTF-8 text", exception);
        }
    }

    /// <summary>Why the system refuses to open a file or folder: its mode and owner, and who we are.</summary>
    public static string WhyDenied(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return "permission denied";
        }

        var stamp = FileStamp.Of(path);
        return stamp.Error == 0
            ? $"permission denied: its mode is {Convert.ToString(stamp.Permissions, 8).PadLeft(4, '0')}, its owner uid {stamp.Owner}; this process has uid {GetUserId()}"
            : $"permission denied: this process, with uid {GetUserId()}, may not enter a folder above it";
    }

    private static UTF8Encoding Strict { get; } = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    private static SafeFileHandle OpenOnLinux(string path)
    {
        // Opening a device can do something to it, so what is known not to be a file is not opened at all.
        RefuseOthers(FileStamp.Of(path));
        var file = new SafeFileHandle(OpenDescriptor(path, ReadOnlyAtOnce), ownsHandle: true);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw Failed(path, error);
        }

        try
        {
            RefuseOthers(FileStamp.Of(file));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }

        void RefuseOthers(in FileStamp stamp)
        {
            if (stamp.Error != 0)
            {
                throw Failed(path, stamp.Error);
            }

            if (stamp.Kind != FileKind.Regular)
            {
                throw new FileException(stamp.Kind switch
                {
                    FileKind.Folder => "it is a folder",
                    FileKind.Fifo => "it is a FIFO, not a regular file",
                    FileKind.Socket => "it is a socket, not a regular file",
                    _ => "it is a device, not a regular file",
                });
            }
        }
    }

    private static FileException Failed(string path, int error) => new(error switch
    {
        NoSuchFile or NotAFolder => "there is no such file",
        AccessDenied or NotPermitted => WhyDenied(path),
        _ => Marshal.GetPInvokeErrorMessage(error),
    });

    // A file may grow meanwhile, and those of /proc have no length.
    private static byte[] Read(SafeFileHandle file, long limit)
    {
        var content = new byte[(int)Math.Min(RandomAccess.GetLength(file), limit) + 1];
        var count = 0;
        while (RandomAccess.Read(file, content.AsSpan(count), count) is > 0 and var read)
        {
            count += read;
            if (count > limit)
            {
                throw new FileException(string.Create(CultureInfo.InvariantCulture, $"it is larger than {(decimal)limit / Megabyte:0.###} MB, which is the limit"));
            }

            if (count == content.Length)
            {
                Array.Resize(ref content, (int)Math.Min(limit + 1, Math.Max(SmallestBuffer, count * 2L)));
            }
        }

        Array.Resize(ref content, count);
        return content;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetUserId();
}

/// <summary>A file cannot be read. The message says why, in half a sentence that does not name the file: "there is no such file".</summary>
internal sealed class FileException(string message, Exception? cause = null) : IOException(message, cause);
