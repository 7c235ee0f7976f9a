using SmartSink.Toml.Reading;

namespace SmartSink.Toml;

/// <summary>Reads TOML 1.0.0.</summary>
public static class TomlReader
{
    /// <summary>Reads a whole document. Takes any input whatsoever without throwing: mistakes are in <see cref="TomlDocument.Errors"/>.</summary>
    /// <param name="utf8">
    /// The document, with or without a byte order mark. Tables and arrays may be nested up to 256 levels deep; more is an error of the document.
    /// </param>
    /// <returns>The document with all its mistakes, not only the first.</returns>
    public static TomlDocument Read(ReadOnlySpan<byte> utf8)
    {
        var errors = new List<TomlError>();
        var text = Utf8Repair.WithoutByteOrderMark(utf8);
        var root = new TomlTable(new TomlPosition(1, 1), TableOrigin.Header);
        if (Utf8Repair.TryRepair(text, errors, out var repaired))
        {
            text = repaired;
        }

        var broken = errors.Select(error => error.Position.Line).ToHashSet();
        DocumentParser.Parse(text, root, errors);

        // What the parser says about a line with broken bytes is their consequence. The sort is stable.
        TomlError[] all =
        [
            .. errors.Where((error, i) => i < broken.Count || !broken.Contains(error.Position.Line))
                .OrderBy(error => error.Position.Line).ThenBy(error => error.Position.Column),
        ];
        return new TomlDocument(root, all);
    }
}
