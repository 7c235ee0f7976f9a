using System.Globalization;

namespace SmartSink.TrafficGen.Options.Values;

/// <summary>Numbers of zero and above: digits with a decimal point, and commas between thousands as in <c>1,000</c>.</summary>
internal static class NumberText
{
    /// <summary>Reads a number. Signs, exponents, infinities and words are none.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        return !text.IsEmpty && char.IsAsciiDigit(text[0])
            && double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }
}
