using System.IO.Enumeration;

namespace SmartSink.Policy.Files;

/// <summary>
/// Finds the files that a pattern of <c>include</c> means. <c>*</c> and <c>?</c> stand for characters of one name, in the file's name or a folder's;
/// names that start with a dot are left out, since editors and container mounts keep their own things there.
/// </summary>
/// <param name="mainFile">The main file as the user named it; patterns are relative to its folder.</param>
internal sealed class IncludeExpander(string mainFile)
{
    /// <summary>Names that all patterns together may look at: <c>/*/*/*</c> would read the whole disk.</summary>
    public const int MostNames = 10_000;

    private static readonly char[] Wildcards = ['*', '?'];

    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private int _names;

    public IReadOnlyCollection<string> Folders => _folders;

    /// <summary>Whether there were more names than may be looked at, so that what was found is not all.</summary>
    public bool IsExhausted => _names > MostNames;

    public static bool IsGlob(string pattern) => pattern.IndexOfAny(Wildcards) >= 0;

    /// <summary>The files of a pattern, sorted by name. Without wildcards that is the one named file, which may not exist.</summary>
    public IReadOnlyList<string> Expand(string pattern)
    {
        if (BuiltInFiles.IsBuiltIn(pattern))
        {
            return BuiltInFiles.Expand(pattern);
        }

        var path = Path.Combine(Path.GetDirectoryName(mainFile) ?? string.Empty, pattern);
        if (!IsGlob(pattern))
        {
            return [path];
        }

        IEnumerable<string> found = [Path.GetPathRoot(path) ?? string.Empty];
        var names = path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            found = [.. found.SelectMany(folder => IsGlob(name) ? List(folder, name) : [Path.Combine(folder, name)])];
        }

        return [.. found.Where(File.Exists).Order(StringComparer.Ordinal)];
    }

    private List<string> List(string folder, string pattern)
    {
        if (IsExhausted)
        {
            return [];
        }

        _folders.Add(Path.GetFullPath(folder.Length == 0 ? "." : folder));
        var names = new List<string>();
        try
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder.Length == 0 ? "." : folder))
            {
                if (++_names > MostNames)
                {
                    break;
                }

                var name = Path.GetFileName(path);
                if (!name.StartsWith('.') && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                {
                    names.Add(Path.Combine(folder, name));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that is not there, or not ours to read, holds no files: the pattern matches nothing, which is reported.
            return [];
        }

        return names;
    }
}
