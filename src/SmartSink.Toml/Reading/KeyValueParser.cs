namespace SmartSink.Toml.Reading;

/// <summary>A key, an equals sign and a value, as a statement or in an inline table.</summary>
internal static class KeyValueParser
{
    /// <summary>Reads the pair that begins here into a table. A key that the table cannot take is noted and its value read all the same.</summary>
    /// <param name="scanner">Stands at the key.</param>
    /// <param name="depth">The number of tables and arrays above the pair, <paramref name="table"/> included.</param>
    /// <param name="table">Takes the pair.</param>
    /// <returns>False, with the mistake noted, if the text does not go on where the pair should end.</returns>
    public static bool TryParse(ref Scanner scanner, int depth, TomlTable table)
    {
        if (!KeyParser.TryParse(ref scanner, depth))
        {
            return false;
        }

        if (!scanner.TryAdvance((byte)'='))
        {
            return scanner.Fail($"expected \"=\" after key {Wording.Key(scanner.Key, scanner.Key.Count)}, found {Wording.Here(ref scanner)}");
        }

        scanner.SkipBlanks();
        depth += scanner.Key.Count - 1;

        // Resolved before the value is read, because a nested inline table reads keys of its own.
        var last = scanner.Key[^1];
        var target = TableResolver.ForKey(ref scanner, table);
        if (!ValueParser.TryParse(ref scanner, depth, out var value))
        {
            return false;
        }

        target?.Add(last.Name, last.Position, value);
        return true;
    }
}
