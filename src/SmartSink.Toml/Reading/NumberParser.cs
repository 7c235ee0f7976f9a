using System.Globalization;

namespace SmartSink.Toml.Reading;

/// <summary>Integers and floats.</summary>
internal static class NumberParser
{
    /// <summary>Reads a whole token.</summary>
    /// <param name="token">At least one octet.</param>
    /// <param name="position">Where the token stands.</param>
    /// <param name="mistake">What is wrong with it; null if it does not look like a number at all.</param>
    /// <returns>Null if it is not a number.</returns>
    public static TomlValue? Parse(ReadOnlySpan<byte> token, TomlPosition position, out string? mistake)
    {
        mistake = null;
        var isSigned = token[0] is (byte)'+' or (byte)'-';
        var isNegative = token[0] == '-';
        var digits = isSigned ? token[1..] : token;
        if (digits.SequenceEqual("inf"u8))
        {
            return new TomlFloat(position, isNegative ? double.NegativeInfinity : double.PositiveInfinity);
        }

        if (digits.SequenceEqual("nan"u8))
        {
            return new TomlFloat(position, double.NaN);
        }

        if (digits is not ([>= (byte)'0' and <= (byte)'9', ..] or [(byte)'.', >= (byte)'0' and <= (byte)'9', ..]))
        {
            return null;
        }

        if (digits is [(byte)'0', (byte)'x' or (byte)'o' or (byte)'b', ..])
        {
            return PrefixedIntegerParser.Parse(token, isSigned, position, out mistake);
        }

        if (digits.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0)
        {
            return FloatParser.Parse(token, digits, position, out mistake);
        }

        mistake = DigitRules.Check(digits, char.IsAsciiDigit) ?? DigitRules.CheckLeadingZero(digits);
        if (mistake is not null)
        {
            mistake = $"{Wording.Quote(token)} is not an integer: {mistake}";
            return null;
        }

        Span<byte> plain = stackalloc byte[32];
        if (!DigitRules.TryStrip(token, plain, out var length)
            || !long.TryParse(plain[..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            mistake = $"{Wording.Quote(token)} does not fit into 64 bits";
            return null;
        }

        return new TomlInteger(position, value);
    }
}
