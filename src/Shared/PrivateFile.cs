namespace SmartSink.Shared;

/// <summary>Writes files that are for nobody else: for their owner alone, and so that a reader sees the old content or the new, never half of it.</summary>
internal static class PrivateFile
{
    /// <summary>Writes a file, and makes its folder if there is none.</summary>
    /// <exception cref="IOException">It cannot be written; neither can it with an <see cref="UnauthorizedAccessException"/>.</exception>
    public static void Write(string file, ReadOnlySpan<byte> content)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{Path.GetFileName(file)}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, file, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }
}
