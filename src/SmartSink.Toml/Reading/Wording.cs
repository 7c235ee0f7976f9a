using System.Text;

namespace SmartSink.Toml.Reading;

/// <summary>How things are called in messages.</summary>
internal static class Wording
{
    private const int LongestQuotation = 40;

    /// <summary>What stands at the scanner's place.</summary>
    public static string Here(ref Scanner scanner)
    {
        if (scanner.Peek() == Scanner.End)
        {
            return "the end of the file";
        }

        if (scanner.AtLineEnd())
        {
            return "the end of the line";
        }

        Rune.DecodeFromUtf8(scanner.Rest, out var rune, out _);
        return Character(rune);
    }

    /// <summary>A character, by its number if it cannot be seen.</summary>
    public static string Character(Rune rune) => rune.Value switch
    {
        '"' => "a quotation mark",
        ' ' => "a space",
        _ when Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is
            System.Globalization.UnicodeCategory.Format or
            System.Globalization.UnicodeCategory.SpaceSeparator or
            System.Globalization.UnicodeCategory.LineSeparator or
            System.Globalization.UnicodeCategory.ParagraphSeparator => $"U+{rune.Value:X4}",
        _ => $"\"{rune}\"",
    };

    /// <summary>A piece of the document, in quotation marks, cut if it is long.</summary>
    public static string Quote(ReadOnlySpan<byte> text)
    {
        var whole = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * LongestQuotation)]);
        return whole.Length <= LongestQuotation ? $"\"{Printable(whole)}\"" : $"\"{Printable(whole[..(LongestQuotation - 1)])}…\"";
    }

    /// <summary>The first parts of a key as one would write them; one part alone always in quotation marks.</summary>
    public static string Key(IReadOnlyList<KeyPart> parts, int count)
        => count == 1 ? $"\"{Printable(parts[0].Name)}\"" : Path(parts, count);

    /// <summary>The first parts of a key as in a table header, without its brackets.</summary>
    public static string Path(IReadOnlyList<KeyPart> parts, int count)
        => string.Join('.', parts.Take(count).Select(part => IsBare(part.Name) ? part.Name : $"\"{Printable(part.Name)}\""));

    /// <summary>What a value is, with its article.</summary>
    public static string Kind(TomlValue value) => value.Kind switch
    {
        TomlKind.String => "a string",
        TomlKind.Integer => "an integer",
        TomlKind.Float => "a float",
        TomlKind.Boolean => "a boolean",
        TomlKind.OffsetDateTime or TomlKind.LocalDateTime => "a date-time",
        TomlKind.LocalDate => "a date",
        TomlKind.LocalTime => "a time",
        TomlKind.Array when ((TomlArray)value).IsOfHeaders => "an array of tables",
        TomlKind.Array => "an array",
        TomlKind.Table when ((TomlTable)value).Origin == TableOrigin.Inline => "an inline table",
        _ => "a table",
    };

    private static bool IsBare(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static string Printable(string text)
        => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:X4}" : c.ToString())) : text;
}
