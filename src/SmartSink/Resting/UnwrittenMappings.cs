using System.Globalization;

namespace SmartSink.Resting;

/// <summary>The parts of the process's memory that are nothing but a file's octets.</summary>
internal static class UnwrittenMappings
{
    private const string Written = "Anonymous:";
    private const string NothingWritten = " 0 kB";

    /// <summary>
    /// Those whose pages may be dropped at any time without loss: shared ones that are read only, and private ones of native libraries and of
    /// the program's own compiled code that are read only and have no page of their own. Libraries are written to only while they are loaded and
    /// before they become read only; that code was loaded before it could run. Other private ones are left alone, as the runtime may be about
    /// to relocate an assembly there.
    /// </summary>
    /// <param name="lines">As in <c>/proc/self/smaps</c> (proc_pid_smaps(5)).</param>
    public static IReadOnlyList<(nuint Start, nuint End)> In(IEnumerable<string> lines)
    {
        var found = new List<(nuint Start, nuint End)>();
        (nuint Start, nuint End)? candidate = null;
        foreach (var line in lines)
        {
            if (line.Length > 0 && char.IsAsciiHexDigitLower(line[0]))
            {
                candidate = Read(line);
            }
            else if (candidate is { } mapping && line.StartsWith(Written, StringComparison.Ordinal) && line.EndsWith(NothingWritten, StringComparison.Ordinal))
            {
                found.Add(mapping);
            }
        }

        return found;
    }

    // Address, permissions, offset, device, inode and, of a file, its path.
    private static (nuint Start, nuint End)? Read(string line)
    {
        var parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length < 6 || !IsOfFileAlone(parts[1], parts[5]))
        {
            return null;
        }

        var address = parts[0].Split('-');
        return (nuint.Parse(address[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), nuint.Parse(address[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private static bool IsOfFileAlone(string permissions, string path) =>
        path.StartsWith('/') && !path.EndsWith(" (deleted)", StringComparison.Ordinal) && permissions switch
        {
            "r--s" => true,
            "r--p" or "r-xp" => IsLoadedAtOnce(Path.GetFileName(path)),
            _ => false,
        };

    private static bool IsLoadedAtOnce(string file) =>
        file.EndsWith(".so", StringComparison.Ordinal) || file.Contains(".so.", StringComparison.Ordinal) || file.EndsWith(".r2r.dll", StringComparison.Ordinal);
}
