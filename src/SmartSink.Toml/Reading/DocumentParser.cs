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
        var section = new Section(root, Depth: 0);
        var enough = errors.Count + TomlReader.MostErrors;
        while (true)
        {
            scanner.SkipBlanks();
            if (scanner.Peek() == Scanner.End || errors.Count > enough)
            {
                return;
            }

            var isRead = scanner.Peek() switch
            {
                '[' => TryParseHeader(ref scanner, root, ref section),
                '#' or '\n' or '\r' => LineParser.TryEndStatement(ref scanner, "the comment"),
                _ => TryParseKeyValue(ref scanner, ref section),
            };
            if (!isRead && !Recovery.TrySkipStatement(ref scanner))
            {
                section = Section.Unseen();
            }
        }
    }

    private static bool TryParseHeader(ref Scanner scanner, TomlTable root, ref Section section)
    {
        var table = HeaderParser.Parse(ref scanner, root, out var isComplete);
        section = table is null ? Section.Unseen() : new Section(table, scanner.Key.Count);
        return isComplete;
    }

    private static bool TryParseKeyValue(ref Scanner scanner, ref Section section)
    {
        if (KeyValueParser.TryParse(ref scanner, section.Depth, section.Table))
        {
            return LineParser.TryEndStatement(ref scanner, "the value");
        }

        if (scanner.Peek() == ']' && scanner.Open.Innermost == 0)
        {
            // A header that lacks its first bracket.
            section = Section.Unseen();
        }

        return false;
    }
}
