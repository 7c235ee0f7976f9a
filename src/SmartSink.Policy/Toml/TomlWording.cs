using System.Buffers;
using System.Text;

namespace SmartSink.Policy.Toml;

/// <summary>Tomlyn's messages in the words of ours: what was expected and what was found, without names of tokens.</summary>
internal static class TomlWording
{
    public const string OpenHeader = "expected \"]\" to close the table header, found the end of the line";

    private const string Escape = "Unexpected escape character [";

    private const string EndOfFile = "the end of the file";

    // What stands around what was found, from the most particular to the most general, and what it says.
    private static readonly (string Before, string After, Func<string, string> Say)[] Forms =
    [
        ("Unexpected token found `", "while expecting token `newline`", found => $"expected the end of the line, found {found}"),
        ("Unexpected token found `", "while expecting `]` (token: `closebracket`)", found => $"expected \"]\" to close the table header, found {found}"),
        ("Unexpected token found `", "while expecting `]`", found => $"expected \"]\" to close the table header, found {found}"),
        ("Unexpected token found `", "while expecting `]]` (token: `closebracketdouble`)", found => $"expected \"]]\" to close the table header, found {found}"),
        ("Unexpected token found `", "while expecting `]]`", found => $"expected \"]]\" to close the table header, found {found}"),
        ("Unexpected token `", "Expecting a closing `]` for an array", found => $"expected \",\" or \"]\" in the array, found {found}"),
        ("Expecting a bare key or string instead of `", "`", found => $"expected a key or \"}}\" in the inline table, found {found}"),
        ("Unexpected token `", "` for a base key", found => $"expected a key, found {found}"),
        ("Unexpected token [", "] found", found => $"expected a key, found {found}"),
        ("Unexpected token `", "` for a value", NotAValue),
        ("Expecting `=` after a key instead of ", "", found => $"expected \"=\" after the key, found {found}"),
    ];

    public static bool IsUnclosedString(string message) =>
        message == "Invalid newline in a string" || message.StartsWith("Invalid End-Of-File found", StringComparison.Ordinal);

    /// <summary>Whether a message is about an escape sequence, which begins one character before the place that it names.</summary>
    public static bool IsEscape(string message) => message.StartsWith(Escape, StringComparison.Ordinal);

    public static string Of(string message, ReadOnlySpan<char> rest)
    {
        if (rest is [var high, ..] && char.IsHighSurrogate(high) && Rune.DecodeFromUtf16(rest, out var rune, out _) == OperationStatus.Done)
        {
            // Tomlyn quotes the first half of a character beyond U+FFFF.
            message = message.Replace(high.ToString(), rune.ToString(), StringComparison.Ordinal);
        }

        foreach (var (before, after, say) in Forms)
        {
            var start = message.IndexOf(before, StringComparison.Ordinal);
            if (start >= 0 && message.EndsWith(after, StringComparison.Ordinal))
            {
                var found = message[(start + before.Length)..^after.Length];
                var token = found.LastIndexOf("` (token: `", StringComparison.Ordinal);
                return say(Quote((token < 0 ? found : found[..token]).TrimEnd('`', ' ')));
            }
        }

        return message switch
        {
            "Unexpected token end-of-line found while expecting a value" => "expected a value, found the end of the line",
            "Missing a `,` (token: comma) to separate items in an array" => "expected \",\" or \"]\" in the array",
            "Invalid \\r not followed by \\n" => "a carriage return must be followed by a line feed",
            _ when IsEscape(message) => $"\"\\{message[Escape.Length..message.IndexOf(']', StringComparison.Ordinal)]}\" is not an escape sequence; a backslash itself is written \"\\\\\"",
            _ when message.StartsWith("Invalid control character found", StringComparison.Ordinal) => "a control character is not allowed in a string",
            _ => char.ToLowerInvariant(message[0]) + message[1..].Replace('`', '"'),
        };
    }

    private static string NotAValue(string found) =>
        found == EndOfFile ? $"expected a value, found {found}" : $"{found} is not a value; text needs quotes";

    private static string Quote(string found) => found switch
    {
        "\u2424" => "the end of the line",
        "" or "<eof>" or "EOF" or "\0" => EndOfFile,
        @"\u0;" => "a NUL character",
        ['"', ..] => $"the string {found}",
        _ => $"\"{found.Replace("\u2424", string.Empty, StringComparison.Ordinal)}\"",
    };
}
