namespace SmartSink.Toml.Reading;

/// <summary>Passes what is left of a broken array or inline table.</summary>
internal static class BracketSkipper
{
    /// <summary>Moves to the line after the closing bracket, or to the line that shows that it was forgotten.</summary>
    /// <returns>False if it was forgotten.</returns>
    public static bool TrySkip(ref Scanner scanner)
    {
        var open = scanner.Open;
        while (open.Innermost != 0)
        {
            if (scanner.IsFirstOnLine() && IsOutside(open, StatementShapes.Of(scanner.Rest)))
            {
                return false;
            }

            if (scanner.Peek() == Scanner.End)
            {
                return true;
            }

            SkipToken(ref scanner, open);
            scanner.SkipBlanks();
        }

        scanner.SkipLine();
        scanner.TryLineEnd();
        return true;
    }

    /// <summary>Whether a line of a shape cannot be a part of what is open.</summary>
    private static bool IsOutside(OpenConstructs open, StatementShape shape) => shape switch
    {
        StatementShape.KeyValue => open.Innermost == '[' || !open.ExpectsElement,
        StatementShape.Header => open.Innermost == '{' || !open.ExpectsElement,
        _ => false,
    };

    private static void SkipToken(ref Scanner scanner, OpenConstructs open)
    {
        switch (scanner.Peek())
        {
            case '#':
                scanner.SkipLine();
                break;
            case '"' or '\'':
                StringSkipper.Skip(ref scanner);
                open.ExpectsElement = false;
                break;
            case '[' or '{':
                open.Enter((byte)scanner.Peek());
                scanner.Advance(1);
                break;
            case ']':
                open.LeaveThrough((byte)'[');
                scanner.Advance(1);
                break;
            case '}':
                open.LeaveThrough((byte)'{');
                scanner.Advance(1);
                break;
            case ',':
                open.ExpectsElement = true;
                scanner.Advance(1);
                break;
            case '\n' or '\r' when scanner.TryLineEnd():
                break;
            default:
                open.ExpectsElement = false;
                scanner.Advance(1);
                break;
        }
    }
}
