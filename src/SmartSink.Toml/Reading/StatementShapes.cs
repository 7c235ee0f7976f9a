namespace SmartSink.Toml.Reading;

/// <summary>Tells statements from other lines by their shape, for the recovery only.</summary>
internal static class StatementShapes
{
    /// <summary>The shape of the first line of a text.</summary>
    public static StatementShape Of(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t"u8);
        if (text is not [(byte)'[', ..])
        {
            return TrySkipKey(ref text) && text is [(byte)'=', ..] ? StatementShape.KeyValue : StatementShape.None;
        }

        var brackets = text is [_, (byte)'[', ..] ? 2 : 1;
        text = text[brackets..];
        if (!TrySkipKey(ref text) || !text.StartsWith("]]"u8[..brackets]))
        {
            return StatementShape.None;
        }

        text = text[brackets..].TrimStart(" \t\r"u8);
        return text is [] or [(byte)'\n' or (byte)'#', ..] ? StatementShape.Header : StatementShape.None;
    }

    /// <summary>Passes a dotted key and the blanks around it.</summary>
    private static bool TrySkipKey(ref ReadOnlySpan<byte> text)
    {
        while (true)
        {
            text = text.TrimStart(" \t"u8);
            var length = text switch
            {
                [(byte)'"', ..] => LengthOfBasic(text),
                [(byte)'\'', ..] => LengthOfLiteral(text),
                _ => LengthOrAll(text.IndexOfAnyExcept(CharacterSets.BareKey), text),
            };
            if (length == 0)
            {
                return false;
            }

            text = text[length..].TrimStart(" \t"u8);
            if (text is not [(byte)'.', ..])
            {
                return true;
            }

            text = text[1..];
        }
    }

    private static int LengthOfLiteral(ReadOnlySpan<byte> text)
    {
        var end = text[1..].IndexOfAny(CharacterSets.LiteralStringStop);
        return end >= 0 && text[1 + end] == '\'' ? end + 2 : 0;
    }

    private static int LengthOfBasic(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length && text[i] != '\n'; i++)
        {
            if (text[i] == '"')
            {
                return i + 1;
            }

            i += text[i] == '\\' ? 1 : 0;
        }

        return 0;
    }

    private static int LengthOrAll(int length, ReadOnlySpan<byte> text) => length < 0 ? text.Length : length;
}
