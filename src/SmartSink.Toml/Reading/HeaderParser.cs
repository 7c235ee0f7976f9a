namespace SmartSink.Toml.Reading;

/// <summary>Headers of tables and of elements of arrays of tables.</summary>
internal static class HeaderParser
{
    /// <summary>Reads the header that begins here and what follows on its line.</summary>
    /// <param name="scanner">Stands at the first bracket.</param>
    /// <param name="root">The top-level table.</param>
    /// <param name="isComplete">False, with the mistake noted, if the line was not passed.</param>
    /// <returns>The table that the header opens; null, with the mistake noted, if there is none.</returns>
    public static TomlTable? Parse(ref Scanner scanner, TomlTable root, out bool isComplete)
    {
        var position = scanner.Position();
        scanner.Advance(1);
        var isArray = scanner.TryAdvance((byte)'[');
        scanner.SkipBlanks();
        if (!KeyParser.TryParse(ref scanner, depth: 0) || !TryClose(ref scanner, isArray))
        {
            isComplete = false;
            return null;
        }

        var table = isArray
            ? TableResolver.ForArrayHeader(ref scanner, root, position)
            : TableResolver.ForHeader(ref scanner, root, position);
        isComplete = LineParser.TryEndStatement(ref scanner, "the table header");
        return table;
    }

    private static bool TryClose(ref Scanner scanner, bool isArray)
    {
        if (!scanner.TryAdvance((byte)']'))
        {
            return scanner.Fail($"expected {(isArray ? "\"]]\"" : "\"]\"")} to close the table header, found {Wording.Here(ref scanner)}");
        }

        return !isArray || scanner.TryAdvance((byte)']') || scanner.Fail(
            $"expected \"]]\" to close the table header, found \"]\" and {Wording.Here(ref scanner)}");
    }
}
