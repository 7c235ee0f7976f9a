using System.Runtime.InteropServices;
using System.Text;

namespace SmartSink.TrafficGen.Options;

/// <summary>A header field, <c>Name: value</c> (RFC 5322 section 2.2).</summary>
internal static class HeaderText
{
    public const string Expected = "a header field such as \"X-Campaign: spring\", on one line of at most 998 bytes";

    /// <summary>The longest line of a message (RFC 5322 section 2.1.1).</summary>
    private const int LongestLine = 998;

    /// <summary>Checks a field: a name of printable ASCII, a colon, and a value without control characters.</summary>
    public static bool TryParse(string text, out string value)
    {
        value = text;
        var colon = text.IndexOf(':');
        return colon > 0
            && text.AsSpan(0, colon).IndexOfAnyExceptInRange('!', '~') < 0
            && !text.Any(character => char.IsControl(character) && character != '\t')
            && System.Text.Encoding.UTF8.GetByteCount(text) <= LongestLine;
    }
}

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

    /// <summary>The same beside a name that is not in quotes: a comment, a list, a group, a quoted string as part of a word (RFC 5322 section 3.2.3).</summary>
    private const string MeaningfulInAddresses = "<>@=()[],;:\\\"";

    /// <summary>Fields of addresses, where quotes around a name are not part of it.</summary>
    private static readonly string[] Addresses = ["From", "Sender", "Reply-To", "To", "Cc", "Bcc"];

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
        var isAddresses = Addresses.Contains(field[..(place - 1)], StringComparer.OrdinalIgnoreCase);
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
            else if (isAddresses && TryUnquote(word, out var name))
            {
                toEncode.Append(toEncode.Length == 0 ? string.Empty : before).Append(name);
            }
            else if (word.AsSpan().ContainsAny(isAddresses ? MeaningfulInAddresses : Meaningful))
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
            if (quoted && field[place] == '\\' && place + 1 < field.Length)
            {
                place++;
            }
            else
            {
                quoted ^= field[place] == '"';
            }
        }

        return place;
    }

    // Whether the word is one quoted string and nothing else.
    private static bool TryUnquote(string word, out string text)
    {
        var inner = new StringBuilder(word.Length);
        text = string.Empty;
        if (word is not ['"', .., '"'])
        {
            return false;
        }

        for (var index = 1; index < word.Length - 1; index++)
        {
            if (word[index] == '"')
            {
                return false;
            }

            index += word[index] == '\\' ? 1 : 0;
            if (index == word.Length - 1)
            {
                return false;
            }

            inner.Append(word[index]);
        }

        text = inner.ToString();
        return true;
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

/// <summary>A header field as it is written, broken into lines where it grows too long.</summary>
/// <param name="name">The field's name with its colon.</param>
/// <param name="capacity">Room for so many characters from the start.</param>
internal sealed class FoldedField(string name, int capacity)
{
    /// <summary>How long a line with an encoded word may be (RFC 2047 section 2).</summary>
    private const int LongestLine = 76;

    private readonly StringBuilder _lines = new(name, capacity);
    private int _lineStart;

    /// <summary>Adds a word. The line is broken before the blank, which stays (RFC 5322 section 2.2.3).</summary>
    /// <param name="blank">What stands before the word; where there is none, the line cannot be broken.</param>
    /// <param name="word">The word.</param>
    public void Append(string blank, string word)
    {
        if (blank.Length > 0 && _lines.Length - _lineStart + blank.Length + word.Length > LongestLine)
        {
            _lines.Append("\r\n");
            _lineStart = _lines.Length;
        }

        _lines.Append(blank).Append(word);
    }

    /// <summary>The field, without its last line end.</summary>
    public override string ToString() => _lines.ToString();
}
