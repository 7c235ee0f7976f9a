using System.Runtime.InteropServices;
using System.Text;

namespace SmartSink.TrafficGen.Generating;

/// <summary>
/// Writes header fields with text beyond ASCII in ASCII alone, as encoded words (RFC 2047), so that they need no SMTPUTF8. Word by word,
/// so that what else stands in the field, such as an address behind a name, stays what it is; blanks before an encoded word become one.
/// </summary>
internal static class EncodedWords
{
    /// <summary>As much UTF-8 makes 72 of the 75 characters that an encoded word may have (RFC 2047 section 2).</summary>
    private const int MostBytes = 45;

    /// <summary>In a word with one of these the octets have a meaning of their own: an address, a parameter.</summary>
    private const string Meaningful = "<>@=";

    /// <summary>Writes a field; one that is ASCII stays as it is.</summary>
    /// <param name="field">Name, colon and value in one line.</param>
    /// <param name="written">The field without its last line end; where it grows too long, in lines.</param>
    /// <returns>False when a word beyond ASCII cannot be encoded.</returns>
    public static bool TryWrite(string field, out string written)
    {
        written = field;
        if (Ascii.IsValid(field))
        {
            return true;
        }

        field = field.TrimEnd(' ', '\t');
        var place = field.IndexOf(':') + 1;
        var lines = new FoldedField(field[..place], field.Length * 2);
        var toEncode = new StringBuilder();
        while (place < field.Length)
        {
            var start = WordStart(field, place);
            var before = field[place..start];
            place = WordEnd(field, start);
            var word = field[start..place];
            if (Ascii.IsValid(word))
            {
                Encode(toEncode, lines);
                lines.Append(before, word);
            }
            else if (word.AsSpan().ContainsAny(Meaningful))
            {
                return false;
            }
            else
            {
                // A reader takes off what stands between two encoded words, so neighbours are encoded together.
                toEncode.Append(toEncode.Length == 0 ? string.Empty : before).Append(word);
            }
        }

        Encode(toEncode, lines);
        written = lines.ToString();
        return true;
    }

    private static int WordStart(string field, int place)
    {
        while (place < field.Length && IsBlank(field[place]))
        {
            place++;
        }

        return place;
    }

    // What stands in quotes is one word.
    private static int WordEnd(string field, int place)
    {
        var quoted = false;
        for (; place < field.Length && (quoted || !IsBlank(field[place])); place++)
        {
            quoted ^= field[place] == '"' && (!quoted || field[place - 1] != '\\');
        }

        return place;
    }

    private static bool IsBlank(char character) => character is ' ' or '\t';

    private static void Encode(StringBuilder text, FoldedField lines)
    {
        var bytes = new List<byte>(MostBytes);
        var utf8 = new byte[4];
        foreach (var rune in text.ToString().EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            if (bytes.Count + length > MostBytes)
            {
                AppendEncoded(bytes, lines);
            }

            bytes.AddRange(utf8.AsSpan(0, length));
        }

        if (bytes.Count > 0)
        {
            AppendEncoded(bytes, lines);
        }

        text.Clear();
    }

    private static void AppendEncoded(List<byte> bytes, FoldedField lines)
    {
        lines.Append(" ", $"=?utf-8?B?{Convert.ToBase64String(CollectionsMarshal.AsSpan(bytes))}?=");
        bytes.Clear();
    }
}
