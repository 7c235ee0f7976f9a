namespace SmartSink.Toml.Reading;

/// <summary>The statements of a document, one after the other, whatever becomes of each.</summary>
internal static class DocumentParser
{
    /// <summary>Reads a document into a table.</summary>
    /// <param name="text">Valid UTF-8 without a byte order mark.</param>
    /// <param name="root">Takes what is readable.</param>
    /// <param name="errors">Takes the mistakes.</param>
    public static void Parse(ReadOnlySpan<byte> text, TomlTable root, List<TomlError> errors)
    {
        var scanner = new Scanner(text, errors);
        var section = root;
        var depth = 0;
        while (true)
        {
            scanner.SkipBlanks();
            if (scanner.Peek() == Scanner.End)
            {
                return;
            }

            if (scanner.Peek() == '[')
            {
                // Keys under a header that cannot be followed go to a table that nobody sees: their own mistakes are found, and no others.
                var table = HeaderParser.Parse(ref scanner, root, out var isComplete);
                depth = table is null ? 0 : scanner.Key.Count;
                section = table ?? Unseen();
                if (isComplete)
                {
                    continue;
                }
            }
            else if (scanner.Peek() is '#' or '\n' or '\r')
            {
                if (LineParser.TryEndStatement(ref scanner, "the comment"))
                {
                    continue;
                }
            }
            else if (KeyValueParser.TryParse(ref scanner, depth, section) && LineParser.TryEndStatement(ref scanner, "the value"))
            {
                continue;
            }

            if (!Recovery.TrySkipStatement(ref scanner))
            {
                depth = 0;
                section = Unseen();
            }
        }
    }

    private static TomlTable Unseen() => new(new TomlPosition(1, 1), TableOrigin.Header);
}
