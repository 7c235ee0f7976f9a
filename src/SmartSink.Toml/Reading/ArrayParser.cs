using System.Diagnostics.CodeAnalysis;

namespace SmartSink.Toml.Reading;

/// <summary>Arrays in brackets, over any number of lines.</summary>
internal static class ArrayParser
{
    public static bool TryParse(ref Scanner scanner, int depth, [NotNullWhen(true)] out TomlValue? value)
    {
        var array = new TomlArray(scanner.Position(), isOfHeaders: false);
        value = null;
        scanner.Advance(1);
        scanner.Open.Enter((byte)'[');
        while (true)
        {
            if (!LineParser.TrySkipBlankLines(ref scanner))
            {
                return false;
            }

            if (scanner.TryAdvance((byte)']'))
            {
                break;
            }

            if (!ValueParser.TryParse(ref scanner, depth + 1, out var element))
            {
                return false;
            }

            array.Add(element);
            scanner.Open.ExpectsElement = false;
            if (!LineParser.TrySkipBlankLines(ref scanner))
            {
                return false;
            }

            if (scanner.TryAdvance((byte)','))
            {
                scanner.Open.ExpectsElement = true;
            }
            else if (scanner.Peek() != ']')
            {
                return scanner.Peek() == '\r'
                    ? LineParser.FailAtControl(ref scanner, string.Empty)
                    : scanner.Fail(
                        $"expected \",\" or \"]\" in the array that begins at line {array.Position.Line}, found {Wording.Here(ref scanner)}");
            }
        }

        scanner.Open.Leave();
        value = array;
        return true;
    }
}
