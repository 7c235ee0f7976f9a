using System.Text;

namespace SmartSink.Toml.Reading;

/// <summary>What surrounds statements: comments and line ends.</summary>
internal static class LineParser
{
    /// <summary>Passes blanks and a comment up to the end of the line or of the text.</summary>
    /// <returns>False, with the mistake noted, if the comment has a forbidden character.</returns>
    public static bool TrySkipBlanksAndComment(ref Scanner scanner)
    {
        scanner.SkipBlanks();
        if (scanner.Peek() != '#')
        {
            return true;
        }

        var length = scanner.Rest.IndexOfAny(CharacterSets.CommentStop);
        scanner.Advance(length < 0 ? scanner.Rest.Length : length);
        return scanner.Peek() == Scanner.End || scanner.AtLineEnd() || FailAtControl(ref scanner, "in a comment");
    }

    /// <summary>Passes what may follow a statement: blanks, a comment, the line end.</summary>
    /// <returns>False, with the mistake noted, if there is anything else.</returns>
    public static bool TryEndStatement(ref Scanner scanner, string what)
    {
        if (!TrySkipBlanksAndComment(ref scanner))
        {
            return false;
        }

        if (scanner.TryLineEnd() || scanner.Peek() == Scanner.End)
        {
            return true;
        }

        return scanner.Peek() == '\r'
            ? FailAtControl(ref scanner, string.Empty)
            : scanner.Fail($"expected the end of the line after {what}, found {Wording.Here(ref scanner)}");
    }

    /// <summary>Passes blanks, comments and line ends, as an array may have between its elements.</summary>
    public static bool TrySkipBlankLines(ref Scanner scanner)
    {
        do
        {
            if (!TrySkipBlanksAndComment(ref scanner))
            {
                return false;
            }
        }
        while (scanner.TryLineEnd());
        return true;
    }

    /// <summary>Notes the control character that stands here.</summary>
    /// <returns>Always false.</returns>
    public static bool FailAtControl(ref Scanner scanner, string where)
    {
        var octet = scanner.Peek();
        return octet == '\r'
            ? scanner.Fail("a carriage return must be followed by a line feed")
            : scanner.Fail($"control character {Wording.Character(new Rune(octet))} is not allowed {where}");
    }
}
