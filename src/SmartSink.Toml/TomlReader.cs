using SmartSink.Toml.Reading;

namespace SmartSink.Toml;

/// <summary>Reads TOML 1.0.0.</summary>
public static class TomlReader
{
    /// <summary>How many mistakes are listed at most. A file that is no TOML at all must not fill the memory with messages.</summary>
    internal const int MostErrors = 1_000;

    /// <summary>Reads a whole document. Takes any input whatsoever without throwing: mistakes are in <see cref="TomlDocument.Errors"/>.</summary>
    /// <param name="utf8">
    /// The document, with or without a byte order mark. Tables and arrays may be nested up to 256 levels deep; more is an error of the document.
    /// </param>
    /// <returns>The document with all its mistakes (but no more than 1,000 and a remark that there are more), not only the first.</returns>
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
        if (all.Length > MostErrors)
        {
            all = [.. all[..MostErrors], new TomlError(all[MostErrors].Position, "there are more mistakes from here on, which are not listed")];
        }

        return new TomlDocument(root, all);
    }
}
