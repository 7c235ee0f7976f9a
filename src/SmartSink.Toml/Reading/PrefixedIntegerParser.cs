namespace SmartSink.Toml.Reading;

/// <summary>Hexadecimal, octal and binary integers.</summary>
internal static class PrefixedIntegerParser
{
    private const int PrefixLength = 2;

    public static TomlInteger? Parse(ReadOnlySpan<byte> token, bool isSigned, TomlPosition position, out string? mistake)
    {
        if (isSigned)
        {
            mistake = $"{Wording.Quote(token)} is not an integer: a number with a prefix takes no sign";
            return null;
        }

        var digits = token[PrefixLength..];
        var (bits, isDigit) = Base(token[1]);
        mistake = DigitRules.Check(digits, isDigit);
        if (mistake is not null)
        {
            mistake = $"{Wording.Quote(token)} is not an integer: {mistake}";
            return null;
        }

        ulong value = 0;
        foreach (var digit in digits)
        {
            if (digit == '_')
            {
                continue;
            }

            if (value >> (63 - bits) != 0)
            {
                mistake = $"{Wording.Quote(token)} does not fit into 64 bits";
                return null;
            }

            value = (value << bits) | (uint)(char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return new TomlInteger(position, (long)value);
    }

    private static (int Bits, Func<char, bool> IsDigit) Base(byte letter) => letter switch
    {
        (byte)'x' => (4, char.IsAsciiHexDigit),
        (byte)'o' => (3, static c => c is >= '0' and <= '7'),
        _ => (1, static c => c is '0' or '1'),
    };
}
