using System.Buffers.Text;

namespace SmartSink.Resting;

/// <summary>The parts of the process's memory that are nothing but a file's octets.</summary>
internal static class UnwrittenMappings
{
    /// <summary>Octets of the longest line: a path of 4,096 and what stands before it.</summary>
    private const int LongestLine = 8 * 1024;

    private static ReadOnlySpan<byte> Written => "Anonymous:"u8;

    private static ReadOnlySpan<byte> NothingWritten => " 0 kB"u8;

    /// <summary>
    /// Those whose pages may be dropped at any time without loss: shared ones that are read only, and private ones of native libraries and of
    /// the program's own compiled code that are read only and have no page of their own. Libraries are written to only while they are loaded and
    /// before they become read only; that code was loaded before it could run. Other private ones are left alone, as the runtime may be about
    /// to relocate an assembly there.
    /// </summary>
    /// <param name="smaps">As <c>/proc/self/smaps</c> (proc_pid_smaps(5)). It is read as far as it was asked for, and leaves no garbage to speak of.</param>
    public static IEnumerable<(nuint Start, nuint End)> In(Stream smaps)
    {
        var buffer = new byte[LongestLine];
        var held = 0;
        (nuint Start, nuint End)? candidate = null;
        while (smaps.Read(buffer.AsSpan(held)) is > 0 and var read)
        {
            held += read;
            var from = 0;
            while (buffer.AsSpan(from, held - from).IndexOf((byte)'\n') is >= 0 and var length)
            {
                if (TakeLine(buffer.AsSpan(from, length), ref candidate) is { } mapping)
                {
                    yield return mapping;
                }

                from += length + 1;
            }

            buffer.AsSpan(from, held - from).CopyTo(buffer);
            held -= from;
        }
    }

    // A mapping's first line says what it is, and a later one whether there are pages of its own in it.
    private static (nuint Start, nuint End)? TakeLine(ReadOnlySpan<byte> line, ref (nuint Start, nuint End)? candidate)
    {
        if (!line.IsEmpty && line[0] is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'f'))
        {
            candidate = Read(line);
            return null;
        }

        return line.StartsWith(Written) && line.EndsWith(NothingWritten) ? candidate : null;
    }

    // Address, permissions, offset, device, inode and, of a file, its path, which begins with the line's first slash.
    private static (nuint Start, nuint End)? Read(ReadOnlySpan<byte> line)
    {
        var path = line.IndexOf((byte)'/');
        return path >= 0
            && Utf8Parser.TryParse(line, out ulong start, out var length, 'x')
            && Utf8Parser.TryParse(line[(length + 1)..], out ulong end, out var rest, 'x')
            && IsOfFileAlone(line.Slice(length + rest + 2, 4), line[path..])
                ? ((nuint)start, (nuint)end)
                : null;
    }

    private static bool IsOfFileAlone(ReadOnlySpan<byte> permissions, ReadOnlySpan<byte> path) =>
        !path.EndsWith(" (deleted)"u8)
        && (permissions.SequenceEqual("r--s"u8)
            || ((permissions.SequenceEqual("r--p"u8) || permissions.SequenceEqual("r-xp"u8)) && IsLoadedAtOnce(path[(path.LastIndexOf((byte)'/') + 1)..])));

    private static bool IsLoadedAtOnce(ReadOnlySpan<byte> file) => file.EndsWith(".so"u8) || file.IndexOf(".so."u8) >= 0 || file.EndsWith(".r2r.dll"u8);
}
