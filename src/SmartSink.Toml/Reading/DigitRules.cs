using System.Text;

namespace SmartSink.Toml.Reading;

/// <summary>What holds for the digits of every number.</summary>
internal static class DigitRules
{
    /// <summary>Checks that there are digits, nothing but digits, and each underscore between two.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Check(ReadOnlySpan<byte> digits, Func<char, bool> isDigit)
    {
        if (digits.IsEmpty)
        {
            return "a digit is missing";
        }

        for (var i = 0; i < digits.Length; i++)
        {
            if (digits[i] == '_')
            {
                if (i == 0 || i == digits.Length - 1 || digits[i - 1] == '_')
                {
                    return "an underscore must stand between two digits";
                }
            }
            else if (!isDigit((char)digits[i]))
            {
                Rune.DecodeFromUtf8(digits[i..], out var rune, out _);
                return $"{Wording.Character(rune)} is not allowed there";
            }
        }

        return null;
    }

    /// <summary>Checks that a decimal number does not begin with a zero that says nothing.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? CheckLeadingZero(ReadOnlySpan<byte> digits)
        => digits is [(byte)'0', _, ..] ? "leading zeros are not allowed" : null;

    /// <summary>Copies a number without its underscores.</summary>
    /// <returns>False if it does not fit.</returns>
    public static bool TryStrip(ReadOnlySpan<byte> token, Span<byte> plain, out int length)
    {
        length = 0;
        foreach (var octet in token)
        {
            if (octet == '_')
            {
                continue;
            }

            if (length == plain.Length)
            {
                return false;
            }

            plain[length++] = octet;
        }

        return true;
    }
}
