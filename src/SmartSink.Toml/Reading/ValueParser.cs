using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Toml.Reading;

/// <summary>Values of every kind.</summary>
internal static class ValueParser
{
    /// <summary>The deepest nesting of tables and arrays, so that neither the reader nor a recursive user of its result runs out of stack.</summary>
    public const int MaximumDepth = 256;

    /// <summary>What is said of a document that nests deeper.</summary>
    public const string TooDeep = "tables and arrays are nested more than 256 levels deep";

    /// <summary>Reads the value that begins here.</summary>
    /// <param name="scanner">Stands at the value.</param>
    /// <param name="depth">The number of tables and arrays that enclose the value.</param>
    /// <param name="value">The value.</param>
    /// <returns>False, with the mistake noted and <see cref="Scanner.Open"/> telling what is open there.</returns>
    public static bool TryParse(ref Scanner scanner, int depth, [NotNullWhen(true)] out TomlValue? value)
    {
        var position = scanner.Position();
        value = null;
        switch (scanner.Peek())
        {
            case '"' or '\'':
                if (StringParser.TryParse(ref scanner, out var text))
                {
                    value = new TomlString(position, text);
                }

                return value is not null;
            case '[' or '{' when depth >= MaximumDepth:
                return scanner.Fail(TooDeep);
            case '[':
                return ArrayParser.TryParse(ref scanner, depth, out value);
            case '{':
                return InlineTableParser.TryParse(ref scanner, depth, out value);
            case '\r' when !scanner.AtLineEnd():
                return LineParser.FailAtControl(ref scanner, string.Empty);
            case Scanner.End or '\n' or '\r' or '#' or ',' or ']' or '}':
                return scanner.Fail($"expected a value, found {Wording.Here(ref scanner)}");
            default:
                return ScalarParser.TryParse(ref scanner, out value);
        }
    }
}
