namespace SmartSink.Toml.Reading;

/// <summary>Keys: bare, quoted and dotted.</summary>
internal static class KeyParser
{
    /// <summary>Reads a key into <see cref="Scanner.Key"/> and passes the blanks after it.</summary>
    /// <param name="scanner">Stands at the key.</param>
    /// <param name="depth">The levels above the table that the key belongs to.</param>
    /// <returns>False, with the mistake noted, if there is no key.</returns>
    public static bool TryParse(ref Scanner scanner, int depth)
    {
        scanner.Key.Clear();
        while (true)
        {
            var position = scanner.Position();
            if (depth + scanner.Key.Count >= ValueParser.MaximumDepth)
            {
                return scanner.Fail(ValueParser.TooDeep);
            }

            if (!TryParsePart(ref scanner, out var name))
            {
                return false;
            }

            scanner.Key.Add(new KeyPart(name, position));
            scanner.SkipBlanks();
            if (!scanner.TryAdvance((byte)'.'))
            {
                return true;
            }

            scanner.SkipBlanks();
        }
    }

    private static bool TryParsePart(ref Scanner scanner, out string name)
    {
        name = string.Empty;
        if (scanner.Peek() is '"' or '\'')
        {
            return scanner.Peek(1) == scanner.Peek() && scanner.Peek(2) == scanner.Peek()
                ? scanner.Fail("a multi-line string cannot be a key")
                : StringParser.TryParse(ref scanner, out name);
        }

        var length = scanner.Rest.IndexOfAnyExcept(CharacterSets.BareKey);
        length = length < 0 ? scanner.Rest.Length : length;
        if (length == 0)
        {
            return FailWithoutKey(ref scanner);
        }

        name = scanner.Texts.Get(scanner.Rest[..length]);
        scanner.Advance(length);
        return scanner.Peek() >= 0x80 ? FailAtNonAscii(ref scanner) : true;
    }

    private static bool FailWithoutKey(ref Scanner scanner)
    {
        if (scanner.Peek() >= 0x80)
        {
            return FailAtNonAscii(ref scanner);
        }

        if (scanner.Peek() == '\r' && !scanner.AtLineEnd())
        {
            return LineParser.FailAtControl(ref scanner, string.Empty);
        }

        var where = scanner.Key.Count == 0 ? "a key" : "a key after \".\"";
        return scanner.Fail($"expected {where}, found {Wording.Here(ref scanner)}");
    }

    private static bool FailAtNonAscii(ref Scanner scanner)
        => scanner.Fail($"{Wording.Here(ref scanner)} is not allowed in a key without quotes");
}
