using System.Text;
using System.Text.Unicode;

namespace SmartSink.Toml.Reading;

/// <summary>Makes a text with broken bytes readable, so that the rest of it can be checked too.</summary>
internal static class Utf8Repair
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlySpan<byte> ReplacementCharacter => [0xEF, 0xBF, 0xBD];

    public static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> text)
        => text.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text;

    /// <summary>Notes the first broken place of each line and puts U+FFFD into all of them.</summary>
    /// <returns>False if nothing was broken.</returns>
    public static bool TryRepair(ReadOnlySpan<byte> text, List<TomlError> errors, out byte[] repaired)
    {
        if (Utf8.IsValid(text))
        {
            repaired = [];
            return false;
        }

        var output = new MemoryStream(text.Length + 64);
        int line = 1, column = 1, lastBrokenLine = 0;
        while (!text.IsEmpty)
        {
            var valid = Rune.DecodeFromUtf8(text, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (!valid && line != lastBrokenLine && errors.Count <= TomlReader.MostErrors)
            {
                errors.Add(new TomlError(new TomlPosition(line, column), $"the text is not UTF-8: {Hexadecimal(text[..length])}"));
                lastBrokenLine = line;
            }

            output.Write(valid ? text[..length] : ReplacementCharacter);
            text = text[length..];
            column++;
            if (valid && rune.Value == '\n')
            {
                line++;
                column = 1;
            }
        }

        repaired = output.ToArray();
        return true;
    }

    private static string Hexadecimal(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("0x");
        foreach (var octet in bytes)
        {
            text.Append(octet.ToString("X2"));
        }

        return text.ToString();
    }
}
