using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Toml.Reading;

/// <summary>Tables in braces, on one line.</summary>
internal static class InlineTableParser
{
    public static bool TryParse(ref Scanner scanner, int depth, [NotNullWhen(true)] out TomlValue? value)
    {
        var table = new TomlTable(scanner.Position(), TableOrigin.Inline);
        value = null;
        scanner.Advance(1);
        scanner.Open.Enter((byte)'{');
        scanner.SkipBlanks();
        if (!scanner.TryAdvance((byte)'}'))
        {
            do
            {
                scanner.Open.ExpectsElement = true;
                scanner.SkipBlanks();
                if (!TryParseEntry(ref scanner, depth + 1, table))
                {
                    return false;
                }

                scanner.Open.ExpectsElement = false;
                scanner.SkipBlanks();
            }
            while (scanner.TryAdvance((byte)','));

            if (!scanner.TryAdvance((byte)'}'))
            {
                return FailAtEnd(ref scanner);
            }
        }

        scanner.Open.Leave();
        value = table;
        return true;
    }

    private static bool TryParseEntry(ref Scanner scanner, int depth, TomlTable table)
    {
        if (scanner.AtLineEnd() || scanner.Peek() is Scanner.End or '#')
        {
            return FailAtEnd(ref scanner);
        }

        return scanner.Peek() == '}' && table.Count > 0
            ? scanner.Fail("an inline table must not end with a comma")
            : KeyValueParser.TryParse(ref scanner, depth, table);
    }

    private static bool FailAtEnd(ref Scanner scanner)
    {
        if (scanner.AtLineEnd() || scanner.Peek() is Scanner.End or '#')
        {
            return scanner.Fail("an inline table must be closed on the line where it begins");
        }

        return scanner.Peek() == '\r'
            ? LineParser.FailAtControl(ref scanner, string.Empty)
            : scanner.Fail($"expected \",\" or \"}}\" in the inline table, found {Wording.Here(ref scanner)}");
    }
}
