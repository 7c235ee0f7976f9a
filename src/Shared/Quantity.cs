using System.Globalization;

namespace SmartSink.Shared;

/// <summary>
/// Numbers as people write them: digits, perhaps a decimal point, perhaps commas between thousands. Signs, exponents and words are none,
/// and neither is a comma elsewhere: 1,5 would be read as 15.
/// </summary>
internal static class Quantity
{
    private const int ThousandsDigits = 3;

    public static bool TryParse(ReadOnlySpan<char> text, out decimal value)
    {
        value = 0;
        return !text.IsEmpty && char.IsAsciiDigit(text[0]) && HasThousandsOnly(text)
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads a number with a unit behind it; without one the number stands for itself.</summary>
    /// <param name="text">The number, perhaps spaces, perhaps a unit in any case.</param>
    /// <param name="units">The units and what they stand for; one that ends another comes after it.</param>
    /// <param name="most">The largest product that is taken.</param>
    /// <param name="value">The product.</param>
    public static bool TryParse(ReadOnlySpan<char> text, ReadOnlySpan<(string Unit, decimal Factor)> units, long most, out decimal value)
    {
        var factor = 1m;
        foreach (var (unit, times) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                factor = times;
                text = text[..^unit.Length].TrimEnd(' ');
                break;
            }
        }

        var good = TryParse(text, out var number) && number <= most / factor;
        value = good ? number * factor : 0;
        return good;
    }

    /// <summary>Whether each comma has a group of three digits behind it, and one to three digits before the first.</summary>
    private static bool HasThousandsOnly(ReadOnlySpan<char> text)
    {
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var comma = whole.IndexOf(',');
        if (comma < 0)
        {
            return true;
        }

        if (comma > ThousandsDigits)
        {
            return false;
        }

        for (; comma < whole.Length; comma += ThousandsDigits + 1)
        {
            if (whole[comma] != ',' || whole.Length < comma + ThousandsDigits + 1 || whole.Slice(comma + 1, ThousandsDigits).Contains(','))
            {
                return false;
            }
        }

        return true;
    }
}
