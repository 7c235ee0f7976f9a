using System.Text;

namespace SmartSink.Toml.Reading;

/// <summary>Strings between three quotation marks or three apostrophes.</summary>
internal static class MultiLineStringParser
{
    private const int DelimiterLength = 3;

    /// <summary>Reads the string that begins here; line ends in it stay as they are.</summary>
    /// <returns>False, with the mistake noted and <see cref="OpenConstructs.String"/> set.</returns>
    public static bool TryParse(ref Scanner scanner, byte quote, out string text)
    {
        var start = scanner.Position();
        var afterStart = scanner;
        afterStart.Advance(DelimiterLength);
        scanner.Advance(DelimiterLength);
        scanner.TryLineEnd();
        var stops = quote == '"' ? CharacterSets.BasicStringStop : CharacterSets.LiteralStringStop;
        var content = new StringBuilder();
        text = string.Empty;
        scanner.Open.String = quote == '"' ? StringDelimiter.MultiLineBasic : StringDelimiter.MultiLineLiteral;
        while (true)
        {
            var rest = scanner.Rest;
            var length = rest.IndexOfAny(stops);
            length = length < 0 ? rest.Length : length;
            Append(content, rest[..length]);
            scanner.Advance(length);
            if (scanner.Peek() == Scanner.End)
            {
                scanner = afterStart;
                return scanner.Fail(start, "the multi-line string is never closed");
            }

            if (scanner.Peek() == quote)
            {
                if (TryEnd(ref scanner, quote, content))
                {
                    scanner.Open.String = StringDelimiter.None;
                    text = content.ToString();
                    return true;
                }
            }
            else if (scanner.AtLineEnd())
            {
                content.Append(scanner.Peek() == '\r' ? "\r\n" : "\n");
                scanner.TryLineEnd();
            }
            else if (scanner.Peek() != '\\')
            {
                return LineParser.FailAtControl(ref scanner, "in a string");
            }
            else if (!TrySkipLineEndingBackslash(ref scanner) && !EscapeParser.TryParse(ref scanner, content))
            {
                return false;
            }
        }
    }

    /// <summary>Takes a run of quotes: up to two belong to the text, three are the end, even after up to two of the text.</summary>
    private static bool TryEnd(ref Scanner scanner, byte quote, StringBuilder content)
    {
        var run = 0;
        while (run < DelimiterLength + 2 && scanner.Peek() == quote)
        {
            scanner.Advance(1);
            run++;
        }

        var ends = run >= DelimiterLength;
        content.Append((char)quote, ends ? run - DelimiterLength : run);
        return ends;
    }

    /// <summary>Passes a backslash that ends its line, and all the white space and line ends after it.</summary>
    private static bool TrySkipLineEndingBackslash(ref Scanner scanner)
    {
        var ahead = scanner;
        ahead.Advance(1);
        ahead.SkipBlanks();
        if (!ahead.AtLineEnd())
        {
            return false;
        }

        while (ahead.TryLineEnd())
        {
            ahead.SkipBlanks();
        }

        scanner = ahead;
        return true;
    }

    private static void Append(StringBuilder content, ReadOnlySpan<byte> utf8)
    {
        if (!utf8.IsEmpty)
        {
            content.Append(Encoding.UTF8.GetString(utf8));
        }
    }
}
