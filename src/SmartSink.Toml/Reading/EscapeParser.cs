using System.Globalization;
using System.Text;

namespace SmartSink.Toml.Reading;

/// <summary>Escape sequences of basic strings.</summary>
internal static class EscapeParser
{
    /// <summary>Reads the escape sequence that begins here.</summary>
    /// <returns>False, with the mistake noted, if it is none.</returns>
    public static bool TryParse(ref Scanner scanner, StringBuilder content)
    {
        switch (scanner.Peek(1))
        {
            case 'b': return Append(ref scanner, content, '\b');
            case 't': return Append(ref scanner, content, '\t');
            case 'n': return Append(ref scanner, content, '\n');
            case 'f': return Append(ref scanner, content, '\f');
            case 'r': return Append(ref scanner, content, '\r');
            case '"': return Append(ref scanner, content, '"');
            case '\\': return Append(ref scanner, content, '\\');
            case 'u': return TryParseScalar(ref scanner, content, 4);
            case 'U': return TryParseScalar(ref scanner, content, 8);
            default: return FailUnknown(ref scanner);
        }
    }

    private static bool Append(ref Scanner scanner, StringBuilder content, char character)
    {
        content.Append(character);
        scanner.Advance(2);
        return true;
    }

    private static bool TryParseScalar(ref Scanner scanner, StringBuilder content, int digits)
    {
        var sequence = scanner.Rest;
        if (sequence.Length < 2 + digits || !uint.TryParse(sequence[2..(2 + digits)], NumberStyles.AllowHexSpecifier, null, out var value))
        {
            return scanner.Fail($"\"\\{(char)scanner.Peek(1)}\" needs {digits} hexadecimal digits");
        }

        if (!Rune.IsValid(value))
        {
            return scanner.Fail($"{Wording.Quote(sequence[..(2 + digits)])} is not a Unicode scalar value");
        }

        content.Append(new Rune(value).ToString());
        scanner.Advance(2 + digits);
        return true;
    }

    private static bool FailUnknown(ref Scanner scanner)
    {
        var position = scanner.Position();
        scanner.Advance(1);
        return scanner.Peek() is > ' ' and < 0x7F
            ? scanner.Fail(position, $"\"\\{(char)scanner.Peek()}\" is not an escape sequence; a backslash itself is written \"\\\\\"")
            : scanner.Fail(position, $"a backslash before {Wording.Here(ref scanner)} is not an escape sequence; a backslash itself is written \"\\\\\"");
    }
}
