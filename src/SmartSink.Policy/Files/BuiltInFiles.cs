using System.IO.Enumeration;
using SmartSink.Shared;

namespace SmartSink.Policy.Files;

/// <summary>The folder policy/ as the program carries it: its files are named like <c>builtin:providers/gmail.toml</c>.</summary>
public static class BuiltInFiles
{
    /// <summary>The page of rates, which includes the catalogue; it can be loaded as a main file.</summary>
    public const string MainFile = Prefix + "responses.toml";

    /// <summary>The rules of the report card, which are no part of a policy.</summary>
    public const string ReportFile = Prefix + "report.toml";

    /// <summary>What the name of each begins with.</summary>
    public const string Prefix = "builtin:";

    private const string Catalogue = "providers";
    private const string CatalogueFolder = Catalogue + "/";

    private static readonly string[] Resources = [.. typeof(BuiltInFiles).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)];

    /// <summary>The names of all files, sorted.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Resources.Select(resource => Prefix + resource)];

    /// <summary>Whether a name is meant for a file in the program, be there one or not.</summary>
    public static bool IsBuiltIn(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>A file's path inside the folder, with slashes: <c>providers/gmail.toml</c>.</summary>
    public static string PathOf(string name) => name[Prefix.Length..];

    /// <summary>A file's content.</summary>
    /// <exception cref="FileException">There is none of that name.</exception>
    public static byte[] Read(string name)
    {
        var path = PathOf(name);
        using var resource = (path.Length > 0 ? typeof(BuiltInFiles).Assembly.GetManifestResourceStream(path) : null)
            ?? throw new FileException("there is no such built-in file" + Suggestion.Of(name, All.Append(Prefix + Catalogue)));
        var content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }

    /// <summary>
    /// The files that an <c>include</c> means, sorted: <c>builtin:providers</c> all of the catalogue, else a name in it, where <c>*</c> and
    /// <c>?</c> stand for characters. A name without them is given back as it is.
    /// </summary>
    internal static IReadOnlyList<string> Expand(string include)
    {
        var pattern = PathOf(include);
        pattern = pattern is Catalogue or CatalogueFolder ? CatalogueFolder + "*" : pattern;
        return IncludeExpander.IsGlob(pattern)
            ? [.. Resources
                .Where(resource => pattern.StartsWith(CatalogueFolder, StringComparison.Ordinal) && FileSystemName.MatchesSimpleExpression(pattern, resource, ignoreCase: false))
                .Select(resource => Prefix + resource)]
            : [include];
    }
}
