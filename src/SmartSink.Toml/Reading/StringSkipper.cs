namespace SmartSink.Toml.Reading;

/// <summary>Passes strings without caring what is in them.</summary>
internal static class StringSkipper
{
    /// <summary>Passes the string that begins here; one that has no end is taken to go on to the end of the line.</summary>
    public static void Skip(ref Scanner scanner)
    {
        var quote = scanner.Peek();
        var isMultiLine = scanner.Peek(1) == quote && scanner.Peek(2) == quote;
        scanner.Advance(isMultiLine ? 3 : 1);
        TrySkipRest(ref scanner, (quote, isMultiLine) switch
        {
            ('"', false) => StringDelimiter.Basic,
            ('"', true) => StringDelimiter.MultiLineBasic,
            (_, false) => StringDelimiter.Literal,
            (_, true) => StringDelimiter.MultiLineLiteral,
        });
    }

    /// <summary>Passes what is left of a string.</summary>
    /// <returns>False if it has no end; then the scanner is at the end of the line.</returns>
    public static bool TrySkipRest(ref Scanner scanner, StringDelimiter delimiter)
    {
        var ahead = scanner;
        if (delimiter != scanner.Open.NeverClosed && TryFindEnd(ref ahead, delimiter))
        {
            scanner = ahead;
            return true;
        }

        if (delimiter is StringDelimiter.MultiLineBasic or StringDelimiter.MultiLineLiteral)
        {
            scanner.Open.NeverClosed = delimiter;
        }

        scanner.SkipLine();
        return false;
    }

    private static bool TryFindEnd(ref Scanner scanner, StringDelimiter delimiter)
    {
        var isBasic = delimiter is StringDelimiter.Basic or StringDelimiter.MultiLineBasic;
        var isMultiLine = delimiter is StringDelimiter.MultiLineBasic or StringDelimiter.MultiLineLiteral;
        var quote = isBasic ? '"' : '\'';
        var stops = isBasic ? CharacterSets.BasicStringStop : CharacterSets.LiteralStringStop;
        while (true)
        {
            var length = scanner.Rest.IndexOfAny(stops);
            if (length < 0)
            {
                return false;
            }

            scanner.Advance(length);
            if (scanner.Peek() == quote && (!isMultiLine || (scanner.Peek(1) == quote && scanner.Peek(2) == quote)))
            {
                PassEnd(ref scanner, (byte)quote, isMultiLine);
                return true;
            }

            if (!scanner.AtLineEnd())
            {
                scanner.Advance(scanner.Peek() == '\\' && scanner.Peek(1) is '\\' or '"' ? 2 : 1);
            }
            else if (!isMultiLine)
            {
                return false;
            }
            else
            {
                scanner.TryLineEnd();
            }
        }
    }

    private static void PassEnd(ref Scanner scanner, byte quote, bool isMultiLine)
    {
        scanner.Advance(isMultiLine ? 3 : 1);
        for (var i = 0; isMultiLine && i < 2; i++)
        {
            scanner.TryAdvance(quote);
        }
    }
}
