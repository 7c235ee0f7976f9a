using System.Text;

using SmartSink.Toml.Tests.Models;

namespace SmartSink.Toml.Tests;

/// <summary>Short ways to read a document and to say what came of it.</summary>
internal static class Documents
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "documents");

    public static TomlDocument Read(string text) => TomlReader.Read(Encoding.UTF8.GetBytes(text));

    /// <summary>The meaning of a valid document, keys in its order.</summary>
    public static string Meaning(string text) => Notation.Of(ModelTable.Of(Read(text).GetRootOrThrow()));

    /// <summary>The mistakes of a document, one a line: <c>line:column message</c>.</summary>
    public static string Mistakes(ReadOnlySpan<byte> utf8)
        => string.Join('\n', TomlReader.Read(utf8).Errors.Select(error => $"{error.Position.Line}:{error.Position.Column} {error.Message}"));

    public static string Mistakes(string text) => Mistakes(Encoding.UTF8.GetBytes(text));

    /// <summary>The names, without extension, of the documents in a folder below <c>documents</c>.</summary>
    public static IEnumerable<string> Names(string folder)
        => Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.toml").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal);

    public static byte[] Load(string folder, string file) => File.ReadAllBytes(Path.Combine(Folder, folder, file));

    /// <summary>All documents that are there, valid or not: what the properties begin from.</summary>
    public static IReadOnlyList<byte[]> All()
        => [.. new[] { "valid", "invalid" }.SelectMany(folder => Names(folder).Select(name => Load(folder, name + ".toml")))];
}
