using System.Text;

namespace SmartSink.Toml.Reading;

/// <summary>The four forms of strings.</summary>
internal static class StringParser
{
    /// <summary>Reads the string that begins here.</summary>
    /// <returns>False, with the mistake noted and <see cref="OpenConstructs.String"/> set if the string's end is still to come.</returns>
    public static bool TryParse(ref Scanner scanner, out string text)
    {
        var quote = (byte)scanner.Peek();
        if (scanner.Peek(1) == quote && scanner.Peek(2) == quote)
        {
            return MultiLineStringParser.TryParse(ref scanner, quote, out text);
        }

        return quote == '"' ? TryParseBasic(ref scanner, out text) : TryParseLiteral(ref scanner, out text);
    }

    private static bool TryParseLiteral(ref Scanner scanner, out string text)
    {
        var start = scanner.Position();
        scanner.Advance(1);
        var content = scanner.Rest;
        var length = content.IndexOfAny(CharacterSets.LiteralStringStop);
        length = length < 0 ? content.Length : length;
        text = scanner.Texts.Get(content[..length]);
        scanner.Advance(length);
        return scanner.TryAdvance((byte)'\'') || FailInside(ref scanner, start, StringDelimiter.Literal);
    }

    private static bool TryParseBasic(ref Scanner scanner, out string text)
    {
        var start = scanner.Position();
        scanner.Advance(1);
        StringBuilder? before = null;
        while (true)
        {
            var content = scanner.Rest;
            var length = content.IndexOfAny(CharacterSets.BasicStringStop);
            length = length < 0 ? content.Length : length;
            text = scanner.Texts.Get(content[..length]);
            scanner.Advance(length);
            if (scanner.TryAdvance((byte)'"'))
            {
                text = before is null ? text : before.Append(text).ToString();
                return true;
            }

            if (scanner.Peek() != '\\')
            {
                return FailInside(ref scanner, start, StringDelimiter.Basic);
            }

            before ??= new StringBuilder();
            before.Append(text);
            if (!EscapeParser.TryParse(ref scanner, before))
            {
                scanner.Open.String = StringDelimiter.Basic;
                return false;
            }
        }
    }

    private static bool FailInside(ref Scanner scanner, TomlPosition start, StringDelimiter delimiter)
    {
        scanner.Open.String = delimiter;
        return scanner.Peek() == Scanner.End || scanner.AtLineEnd()
            ? scanner.Fail(start, "the string is not closed on its line")
            : LineParser.FailAtControl(ref scanner, "in a string");
    }
}
