using System.Globalization;

namespace SmartSink.Toml.Reading;

/// <summary>Floats with a fraction, an exponent or both.</summary>
internal static class FloatParser
{
    private const int LongestOnStack = 128;

    public static TomlFloat? Parse(ReadOnlySpan<byte> token, ReadOnlySpan<byte> digits, TomlPosition position, out string? mistake)
    {
        mistake = Check(digits);
        if (mistake is not null)
        {
            mistake = $"{Wording.Quote(token)} is not a float: {mistake}";
            return null;
        }

        var plain = token.Length <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[token.Length];
        DigitRules.TryStrip(token, plain, out var length);
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return new TomlFloat(position, double.Parse(plain[..length], Styles, CultureInfo.InvariantCulture));
    }

    private static string? Check(ReadOnlySpan<byte> digits)
    {
        var exponentAt = digits.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponentAt < 0 ? digits : digits[..exponentAt];
        var pointAt = mantissa.IndexOf((byte)'.');
        var whole = pointAt < 0 ? mantissa : mantissa[..pointAt];
        var mistake = DigitRules.Check(whole, char.IsAsciiDigit) ?? DigitRules.CheckLeadingZero(whole);
        if (pointAt >= 0)
        {
            mistake ??= DigitRules.Check(mantissa[(pointAt + 1)..], char.IsAsciiDigit);
        }

        if (exponentAt >= 0)
        {
            var exponent = digits[(exponentAt + 1)..];
            mistake ??= DigitRules.Check(exponent is [(byte)'+' or (byte)'-', ..] ? exponent[1..] : exponent, char.IsAsciiDigit);
        }

        return mistake;
    }
}
