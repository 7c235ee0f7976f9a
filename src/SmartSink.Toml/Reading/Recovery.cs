namespace SmartSink.Toml.Reading;

/// <summary>Finds, after a mistake, the line at which the next statement begins.</summary>
internal static class Recovery
{
    /// <summary>Moves to the beginning of a line (or the end of the text) from where reading can go on.</summary>
    /// <returns>
    /// False if the broken statement was never closed, so that a header may have been taken for a part of it and it is unknown to
    /// which table the next keys belong.
    /// </returns>
    public static bool TrySkipStatement(ref Scanner scanner)
    {
        var open = scanner.Open;
        var delimiter = open.String;
        var isStringClosed = delimiter == StringDelimiter.None || StringSkipper.TrySkipRest(ref scanner, delimiter);
        var isClosed = isStringClosed || delimiter is StringDelimiter.Basic or StringDelimiter.Literal;
        if (open.Innermost != 0)
        {
            isClosed = BracketSkipper.TrySkip(ref scanner) && isClosed;
        }
        else
        {
            SkipLine(ref scanner);
            while (!isStringClosed && scanner.Peek() != Scanner.End && StatementShapes.Of(scanner.Rest) == StatementShape.None)
            {
                SkipLine(ref scanner);
            }
        }

        open.Clear();
        return isClosed;
    }

    private static void SkipLine(ref Scanner scanner)
    {
        scanner.SkipLine();
        scanner.TryLineEnd();
    }
}
