using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Toml.Reading;

/// <summary>Values without quotes or brackets: numbers, truth values, dates and times.</summary>
internal static class ScalarParser
{
    private const int DateLength = 10;

    public static bool TryParse(ref Scanner scanner, [NotNullWhen(true)] out TomlValue? value)
    {
        var position = scanner.Position();
        var token = Token(ref scanner);
        value = token switch
        {
            [(byte)'t', ..] when token.SequenceEqual("true"u8) => new TomlBoolean(position, value: true),
            [(byte)'f', ..] when token.SequenceEqual("false"u8) => new TomlBoolean(position, value: false),
            _ => null,
        };
        string? mistake = null;
        if (value is null)
        {
            value = DateTimeParser.LooksLikeDateOrTime(token)
                ? DateTimeParser.Parse(token, position, out mistake)
                : NumberParser.Parse(token, position, out mistake);
        }

        if (value is null)
        {
            return scanner.Fail(position, mistake ?? $"{Wording.Quote(token)} is not a value; text needs quotes");
        }

        scanner.Advance(token.Length);
        return true;
    }

    /// <summary>Everything up to what ends a value. Of blanks, only the space between a date and a time belongs to one.</summary>
    private static ReadOnlySpan<byte> Token(ref Scanner scanner)
    {
        var rest = scanner.Rest;
        var length = LengthFrom(rest, 0);
        var hasTimeAfterSpace = length == DateLength
            && rest[4] == '-'
            && rest.Length > DateLength + 1
            && rest[DateLength] == ' '
            && char.IsAsciiDigit((char)rest[DateLength + 1]);
        return rest[..(hasTimeAfterSpace ? LengthFrom(rest, DateLength + 1) : length)];
    }

    private static int LengthFrom(ReadOnlySpan<byte> rest, int start)
    {
        var length = rest[start..].IndexOfAny(CharacterSets.TokenStop);
        return length < 0 ? rest.Length : start + length;
    }
}
